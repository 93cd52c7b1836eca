import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test, vi} from 'vitest';
import {fetchText} from '../http/fetch-text.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import {startEngine} from '../runtimes/kubernetes/test-engine.ts';
import {benchHere} from './test-cutover.ts';

test('a trial in whose middle the pod is replaced is void, the next one is not for that, and the record has both pods', async () => {
  await using engine = await startEngine();
  const within = {timeout: 90_000, interval: 100};
  await vi.waitUntil(async () => (await engine.pods())[0]?.ready, within);
  await using temporary = await temporaryFolder();
  const folder = join(temporary.path, 'run');
  const {items} = await engine.cluster.core.listNamespacedPod({namespace: engine.namespace});
  const direct = `http://${items[0]?.status?.podIP}:30000`; // this machine is the node
  const running = benchHere(
    folder,
    ...['--engine', 'sglang', '--attach', `chat=k8s://${engine.namespace}/sglang:web`, '--suite', 'chat'],
    ...['--requests', '150', '--repetitions', '2', '--concurrency', '8'],
  );
  await vi.waitUntil(async () => {
    const {body} = await fetchText(`${direct}/metrics`, {timeoutMs: 10_000});
    return Number(/^sglang:num_running_reqs\S* (\d+)/m.exec(body)?.[1] ?? 0) >= 8;
  }, within);
  await engine.deletePod(items[0]?.metadata?.name ?? '');
  const {record} = await running;
  expect(record).toMatchObject({status: 'complete', evidence: 'simulated'});
  const restarted = record.trials.map(({findings}) => findings.some(({code}) => code === 'server-restarted'));
  expect(restarted).toEqual([true, false]);
  expect(record.machine.gpus.map(({uuid}) => uuid)).toEqual(['GPU-in-the-pod']);
  const [server] = record.engine.servers;
  expect(server?.kubernetes?.pods).toHaveLength(2);
  expect(server?.kubernetes?.pods[0]?.name).toBe(items[0]?.metadata?.name);
  expect(server?.kubernetes?.insideUrl).toBe(`http://${server?.kubernetes?.pods[1]?.ip}:30000`);
  expect(record.findings.map(({code}) => code)).toContain('pod-replaced');
  const report = await readFile(join(folder, 'report.md'), 'utf8');
  expect(report).toMatch(/cluster: k8s:\/\/.*on node kubebox.*a small request through the port-forward took/);
  expect(report).toContain('server-restarted');
}, 180_000);
