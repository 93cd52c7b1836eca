import {randomBytes} from 'node:crypto';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, onTestFinished, test, vi} from 'vitest';
import {type Cluster, connectKubernetes} from '../kubernetes/connect.ts';
import {readRehearsal} from '../records/rehearsal-folder.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import {freePort} from '../runtimes/free-port.ts';
import {
  cutoverCached,
  endsOf,
  killedAt,
  leftIn,
  readRun,
  rehearseFromPods,
  saidStage,
} from './rehearse/test-rehearse.ts';
import {cutover} from './test-cutover.ts';
import {loadImage, patience} from './test-load-pods.ts';

const namespace = `r-${randomBytes(4).toString('hex')}`;
let cluster: Cluster;
/** Of this machine, which is the node, as its pods reach it. */
let host: string;
beforeAll(async () => {
  cluster = await connectKubernetes({namespace});
  await cluster.core.createNamespace({body: {metadata: {name: namespace}}});
  const {items} = await cluster.core.listNode();
  host = items[0]?.status?.addresses?.find(({type}) => type === 'InternalIP')?.address ?? '';
});
afterAll(async () => {
  await cluster.core.deleteNamespace({name: namespace});
});

const place = async (): Promise<string> => {
  const folder = await temporaryFolder();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  return folder.path;
};

const fromPods = async (folder: string): Promise<readonly string[]> => [
  ...(await rehearseFromPods(folder, `http://${host}:${await freePort()}`)),
  ...['--kube-namespace', namespace, '--load-image', loadImage],
  // They and both sides share this machine's two cores.
  ...['--shard-cpu', '500m', '--shard-memory', '256Mi'],
];

const pods = async () => (await cluster.core.listNamespacedPod({namespace})).items.map(({metadata}) => metadata?.name);

test('two pods put the load of a rehearsal on: all of it is accounted for, by clocks that are known, and nothing is left', async ({
  annotate,
}) => {
  const folder = await place();
  const {exitCode, stderr} = await cutover(...(await fromPods(folder)));
  expect(exitCode, stderr).toBe(2);
  const {rehearsal, verdict} = await readRun(folder);
  expect(rehearsal).toMatchObject({
    ...{status: 'complete', failure: null},
    podLoads: [{namespace, shards: [{journal: 'client.1.1.jsonl'}, {journal: 'client.1.2.jsonl'}]}],
  });
  expect(verdict.accounts).toMatchObject({agree: true, differences: []});
  expect(verdict.accounting).toMatchObject({refused: 0, failed: 0, lost: 0, duplicated: 0});
  expect(await endsOf(folder)).toEqual({served: verdict.accounting.sent});
  const checked = (code: string) => verdict.checks.find(check => check.code === code);
  expect([checked('load-whole'), checked('load-clocks')]).toMatchObject([{outcome: 'pass'}, {outcome: 'pass'}]);
  expect([leftIn(folder), await pods()]).toEqual([[], []]);
  await annotate(`${verdict.accounting.sent} requests; ${checked('load-clocks')?.detail}`);
});

test('pods go on when the harness is killed, and --resume brings what they sent and removes them', async () => {
  const folder = await place();
  await killedAt('watch', await fromPods(folder));
  expect(await pods()).toHaveLength(2);
  const {exitCode, stderr} = await cutover('rehearse', '--resume', join(folder, 'run'), '--format', 'csv');
  expect(exitCode, stderr).toBe(2);
  const {rehearsal, verdict} = await readRun(folder);
  expect(rehearsal.podLoads?.map(({shards}) => shards.map(({journal}) => journal))).toEqual([
    ['client.1.1.jsonl', 'client.1.2.jsonl'],
    ['client.2.1.jsonl', 'client.2.2.jsonl'],
  ]);
  expect(verdict.accounts).toMatchObject({agree: true, differences: []});
  expect(await endsOf(folder)).toEqual({served: verdict.accounting.sent});
  expect([leftIn(folder), await pods()]).toEqual([[], []]);
});

test('a pod that is deleted ends the rehearsal, which is void and says which it was', async () => {
  const folder = await place();
  const running = cutoverCached(await fromPods(folder));
  await saidStage(running, 'watch');
  const run = join(folder, 'run');
  const {rehearsal: begun} = await readRehearsal(run, run);
  const name = begun.podLoads?.[0]?.shards[1]?.pod ?? '';
  await cluster.core.deleteNamespacedPod({namespace, name, gracePeriodSeconds: 0});
  const {exitCode, stderr} = await running;
  expect(exitCode).toBe(12);
  expect(stderr).toMatch(
    new RegExp(`^SHARD_LOST: The load is not whole: shard 2 of 2 \\(pod ${name}\\) was lost: `, 'm'),
  );
  expect((await cutover('rehearse', '--from', run, '--format', 'csv')).exitCode).toBe(3);
  const {verdict} = await readRun(folder);
  expect(verdict.migration.reasons[0]).toContain(`shard 2 of 2 (pod ${name}) was lost`);
  expect(leftIn(folder)).toEqual([]);
  await vi.waitUntil(async () => (await pods()).length === 0, patience);
});
