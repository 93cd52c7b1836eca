import {expect, test} from 'vitest';
import {engines} from '../engines/index.ts';
import type {NvidiaSmi} from '../gpu/nvidia-smi.ts';
import {createRunFolder} from '../records/run-folder.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import {freePort} from '../runtimes/free-port.ts';
import {startProcesses} from '../runtimes/process/start.ts';
import {fakeSglang} from '../runtimes/process/test-programs/test-topology.ts';
import type {ServerHandle} from '../runtimes/server-handle.ts';
import {stackPlan} from '../schema/stack.ts';
import {estimatedTokenLength} from '../workloads/token-estimate.ts';
import {runTogether} from './run-trial.ts';

const strangersMiB = 300;
const eachMiB = 1000;

/** A card that counts 1000 MiB for every process of these servers at the time, as long as it runs, and some for a stranger. */
const cardOf = (servers: readonly ServerHandle[]) => {
  const seen = {pids: new Set<number>(), mostMiB: 0};
  const rows = async (query: string): Promise<readonly string[]> => {
    if (query.includes('memory.used')) return ['GPU-1, 5000'];
    if (!query.includes('--query-compute-apps')) return ['GPU-1, 300, 1800, 50, 0x0'];
    const pids = (await Promise.all(servers.map(server => server.processes()))).flat();
    for (const pid of pids) seen.pids.add(pid);
    seen.mostMiB = Math.max(seen.mostMiB, pids.length * eachMiB);
    return [...pids.map(pid => `GPU-1, ${pid}, ${eachMiB}`), `GPU-1, 1, ${strangersMiB}`];
  };
  const nvidiaSmi: NvidiaSmi = {
    read: async () => '5000',
    async follow([query = ''], onLine) {
      let time = 0;
      let going = true;
      const looking = (async () => {
        while (going) {
          time += 1;
          for (const row of await rows(query)) onLine(`t${time}, ${row}`);
          await new Promise(resolve => setTimeout(resolve, 20)); // its period
        }
      })();
      return {
        async [Symbol.asyncDispose]() {
          going = false;
          await looking;
        },
      };
    },
  };
  return {nvidiaSmi, seen};
};

test('a server that a trial itself kills and starts again is no stranger on its card, from its first process on', async () => {
  await using place = await temporaryFolder();
  await using folder = await createRunFolder({outDir: `${place.path}/run`, reportsDir: place.path, runId: 'run'});
  const servers: ServerHandle[] = [];
  const {signal} = new AbortController();
  const plan = stackPlan.parse({
    ...{name: 'one', engine: 'sglang', description: 'one'},
    servers: [{role: 'chat', model: 'org/m', port: await freePort(), arguments: {}}],
  });
  await using started = await startProcesses({
    ...{engine: engines.sglang, plan, launcher: fakeSglang, python: 'python3', models: {}, roles: ['chat'], signal},
    ...{host: '127.0.0.1', logDir: place.path, onLine() {}, onServer: server => servers.push(server)},
  });
  const {nvidiaSmi, seen} = cardOf(servers);
  const before = new Set(await started.processesOf('chat'));
  const stack = {...started, nvidiaSmi};
  const stage = {
    name: 'outage',
    workload: {kind: 'chat', promptTokens: 16, outputTokens: 4},
    load: {
      mode: 'open',
      arrivals: 'uniform',
      ratePerSecond: 20,
      maxInFlight: null,
      requests: null,
      durationSeconds: 2,
      warmup: 1,
    },
    disturb: {kind: 'outage', member: 'chat', downSeconds: 0.1, atShare: 0.1},
  } as const;
  const [trial] = await runTogether([
    {
      index: 0,
      planned: {stage, repetition: 1, traceMs: null, prompts: null},
      ...{stack, seed: 1, timeoutMs: 60_000, keepRaw: 0, workers: 1, tokenLength: estimatedTokenLength},
      ...{folder, signal, onProgress() {}},
    },
  ]);
  expect(trial?.disturbance?.steps.map(({ok}) => ok)).toEqual([true, true]);
  expect([...seen.pids].filter(pid => !before.has(pid)).length).toBeGreaterThan(0); // the new ones were on the card
  expect(trial?.gpu).toMatchObject({
    servers: [{role: 'chat', memoryMaxMiB: seen.mostMiB}],
    othersMaxMiB: strangersMiB,
  });
});
