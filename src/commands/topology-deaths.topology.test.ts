import {readFileSync} from 'node:fs';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {beforeAll, expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {projectRoot} from '../root.ts';
import {freePort} from '../runtimes/free-port.ts';
import type {RunRecord} from '../schema/record.ts';
import {cutover, processesNaming, readRun} from './test-cutover.ts';
import {topologyPython} from './test-topology.ts';

let python = '';

beforeAll(async () => {
  python = await topologyPython();
}, 180_000);

/** A plan on ports of its own; every process of it but the router's names `folder`. */
const planIn = async (folder: string, workers: readonly string[]) => {
  const server = {role: 'chat', model: join(folder, 'model'), arguments: {}};
  const servers = await Promise.all([
    ...workers.map(async part => ({
      ...{...server, part, count: 1, port: await freePort()},
      ...(part === 'prefill' ? {bootstrapPort: await freePort()} : {}),
      ...(part === 'decode' ? {after: []} : {}),
    })),
    (async () => ({
      ...{...server, part: 'router', program: 'sglang-router', port: await freePort()},
      arguments: {policy: 'round_robin'},
    }))(),
  ]);
  const path = join(folder, 'stack.yaml'); // JSON is YAML
  await writeFile(path, JSON.stringify({name: 'test', engine: 'sglang', description: 'Simulated', servers}));
  return {path, ports: servers.map(({port}) => port)};
};

const load = [
  ...['--suite', 'chat', '--repetitions', '2', '--requests', '100', '--warmup', '2', '--concurrency', '4'],
  ...['--prompt-tokens', '64', '--output-tokens', '16', '--format', 'csv', '--workers', '1'],
];

/** Its first trial has been recorded, and requests of the second have been answered. */
const inSecondTrial = async (folder: string, running: ReturnType<typeof cutover>): Promise<RunRecord> => {
  const ended = running.then(({stderr}) => Promise.reject(new Error(stderr)));
  ended.catch(() => {}); // it is to end later
  for (;;) {
    await Promise.race([ended, delay(100)]);
    const text = await readFile(join(folder, 'record.json'), 'utf8').catch(() => 'null');
    const record = JSON.parse(text) as RunRecord | null;
    const [worker] = record?.engine.servers[0]?.members ?? [];
    if (record?.trials.length !== 1 || worker === undefined) continue;
    const truth = await (await fetch(`${worker.url}/simulator/truth`)).text();
    if (/"id":"t1\.(?!warmup)/.test(truth)) return record;
  }
};

/** Its guard's child, for the router gives itself another title than its command line. */
const serverOn = (port: string): readonly number[] => {
  const guards = processesNaming(`--port ${port}`).filter(({command}) => command.includes('guard.'));
  const pids = guards.flatMap(({pid}) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').match(/\d+/g) ?? []);
  if (pids.length !== 1) throw new Error(`port ${port} has ${pids.length} servers`);
  return pids.map(Number);
};

test.concurrent.each([
  [['replica', 'replica'], 'replica-1'],
  [['prefill', 'decode'], 'prefill-1'],
  [['prefill', 'decode'], 'decode-1'],
  [['prefill', 'decode'], 'router'],
])(
  'of %j, the death of %s under load ends the run with 12 and its name; nothing is left but what had been recorded',
  async (workers, victim) => {
    await using place = await temporaryFolder();
    const {path, ports} = await planIn(place.path, workers);
    const out = join(place.path, 'run');
    const engine = `${process.execPath} ${join(projectRoot, 'docker/fake-engine/engine.ts')} -m sglang.launch_server`;
    const words = ['--engine', 'sglang', '--stack', path, '--runtime', 'process', '--python', python];
    const running = cutover('bench', ...words, '--command', engine, ...load, '--out', out);
    const {engine: seen} = await inSecondTrial(out, running);
    const url = seen.servers[0]?.members?.find(({name}) => name === victim)?.url ?? '';
    for (const pid of serverOn(new URL(url).port)) process.kill(pid, 'SIGKILL');

    const {exitCode, stderr} = await running;
    expect(exitCode).toBe(12);
    expect(stderr).toMatch(new RegExp(`^ENGINE_DIED: The ${victim} .*SIGKILL`, 'm'));
    const {record, samples} = await readRun(out);
    expect(record).toMatchObject({status: 'failed', failure: {code: 'ENGINE_DIED'}});
    expect(record.trials).toMatchObject([{index: 0, counts: {ok: 100, failed: 0}}]);
    expect(samples.filter(({trial, outcome}) => trial === 0 && outcome === 'ok')).toHaveLength(100);
    expect(ports.flatMap(port => processesNaming(`--port ${port}`))).toEqual([]);
    expect(processesNaming(place.path)).toEqual([]);
    for (const port of ports) await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
  },
  120_000,
);
