import {beforeAll, describe, expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import type {Sample} from '../schema/sample.ts';
import type {TruthRow} from '../simulator/truth.ts';
import {benchTopology, type Truths, topologyPython} from './test-topology.ts';

// Made once and kept (.ci/run has done so): a first time takes half a minute, and fails where pip reaches no index.
beforeAll(async () => {
  await topologyPython();
}, 180_000);

/** Ten conversations of four turns, after one that is not measured, four at a time. */
const load = [
  ...['--suite', 'prefix', '--repetitions', '1', '--requests', '40', '--warmup', '4', '--concurrency', '4'],
  ...['--prompt-tokens', '400', '--output-tokens', '8', '--turns', '4'],
];

const bench = async (stack: string) => {
  await using folder = await temporaryFolder();
  const {record, samples, truths} = await benchTopology(folder.path, stack, ...load);
  const [trial] = record.trials;
  if (trial === undefined) throw new Error('there is no trial');
  return {trial, server: record.engine.servers[0], samples, truths: ofTrial(truths)};
};

/** Without what tells whether the cache is empty. */
const ofTrial = (truths: Truths): Truths =>
  new Map([...truths].map(([name, rows]) => [name, rows.filter(({id}) => /^t0\./.test(id))]));

const sum = (rows: readonly TruthRow[], count: (row: TruthRow) => number) =>
  rows.reduce((total, row) => total + count(row), 0);

const hitsOf = (rows: readonly TruthRow[]) =>
  sum(rows, row => row.cachedPromptTokens) / sum(rows, row => row.promptTokens);

/** The members that a session's requests went to. */
const membersBySession = (samples: readonly Sample[], truths: Truths) =>
  [...Map.groupBy(samples, ({session}) => session).values()].map(requests => {
    const ids = new Set(requests.map(({id}) => id));
    return [...truths].filter(([, rows]) => rows.some(({id}) => ids.has(id))).map(([name]) => name);
  });

describe('two replicas behind sglang_router', () => {
  const hits = new Map<string, number>();

  test.each(['round-robin', 'random', 'cache-aware', 'sticky'])(
    '%s: the record tells what the replicas know',
    {timeout: 60_000},
    async policy => {
      const {trial, server, samples, truths} = await bench(`sglang-router-${policy}`);
      expect(trial.counts).toEqual({ok: 40, failed: 0});
      expect(server?.members?.map(({name, part}) => [name, part])).toEqual([
        ['replica-1', 'replica'],
        ['replica-2', 'replica'],
        ['router', 'router'],
      ]);
      expect(server?.url).toBe(server?.members?.at(-1)?.url);

      const all = [...truths.values()].flat();
      expect(all).toHaveLength(44);
      expect(trial.members).toEqual(
        [...truths].map(([name, rows]) => ({
          ...{name, part: 'replica', requests: rows.length, promptTokens: sum(rows, row => row.promptTokens)},
          cachedPromptTokens: sum(rows, row => row.cachedPromptTokens),
          generationTokens: sum(rows, row => row.outputTokens),
        })),
      );
      expect(trial.prefixHits?.byRequests).toBeCloseTo(hitsOf(all), 12);
      expect(trial.prefixHits?.byCounters).toBeCloseTo(hitsOf(all), 12);
      expect(trial.cache).toEqual({reset: 'done', canary: 'cold'});
      hits.set(policy, hitsOf(all));

      const went = membersBySession(samples, truths);
      const shares = [...truths.values()].map(rows => rows.length);
      if (policy === 'sticky') expect(went.every(members => members.length === 1)).toBe(true);
      if (policy === 'round-robin') expect(shares).toEqual([22, 22]);
      // Without a memory of where a conversation was, some of its turns find nothing.
      if (policy === 'random' || policy === 'round-robin')
        expect(went.some(members => members.length === 2)).toBe(true);
    },
  );

  test('who keeps a conversation with one replica finds more of it in the cache than who takes turns', () => {
    const of = (policy: string) => hits.get(policy) ?? Number.NaN;
    expect(of('sticky')).toBeGreaterThan(of('round-robin'));
    expect(of('cache-aware')).toBeGreaterThan(of('round-robin'));
  });
});

describe.each([
  ['sglang-pd-1-1', ['prefill-1', 'decode-1']],
  ['sglang-pd-1-2', ['prefill-1', 'decode-1', 'decode-2']],
])('%s', (stack, names) => {
  test('each request is computed once, sent once and decoded once, and the times add up to what the client saw', {
    timeout: 60_000,
  }, async () => {
    const {trial, server, samples, truths} = await bench(stack);
    expect(trial.counts).toEqual({ok: 40, failed: 0});
    expect(server?.members?.map(({name}) => name)).toEqual([...names, 'router']);
    const prefill = truths.get('prefill-1') ?? [];
    const decode = names.slice(1).flatMap(name => truths.get(name) ?? []);
    expect([prefill.length, decode.length]).toEqual([44, 44]);
    expect(trial.members.map(({name, requests}) => [name, requests])).toEqual(
      [...truths].map(([name, rows]) => [name, rows.length]),
    );
    expect(trial.prefixHits?.byRequests).toBeCloseTo(hitsOf(prefill), 12);
    expect(trial.prefixHits?.byCounters).toBeCloseTo(hitsOf(prefill), 12);

    const computed = new Map(prefill.map(({id, phases}) => [id, phases]));
    for (const {id, phases} of decode) expect(phases).toEqual(computed.get(id));
    const meanOf = (
      rows: readonly TruthRow[],
      of: (phases: NonNullable<TruthRow['phases']>, row: TruthRow) => number,
    ) => sum(rows, row => (row.phases === null ? Number.NaN : of(row.phases, row))) / rows.length;
    expect(trial.phases?.n).toBe(40);
    expect(trial.phases?.transfer?.count).toBe(44);
    const inTransit = meanOf(decode, phases => phases.transferredMs - phases.prefilledMs);
    expect(trial.phases?.transferMs).toBeCloseTo(inTransit, 1);

    // By how much is the machine's: what the client saw can only be longer.
    const measured = decode.filter(({id}) => samples.some(sample => sample.id === id));
    const {prefillMs = Number.NaN, transferMs, decodeMs = Number.NaN} = trial.phases ?? {};
    const toFirstMs = prefillMs + (transferMs ?? Number.NaN);
    expect(toFirstMs).toBeGreaterThan(meanOf(measured, phases => phases.transferredMs - phases.startedMs));
    const inServers = meanOf(measured, (_, row) => (row.lastTokenMs ?? Number.NaN) - row.receivedMs);
    expect(toFirstMs + decodeMs).toBeGreaterThan(inServers);
  });
});

test('seed 001, two plain servers: every prompt is read twice and nothing is sent between them', {
  timeout: 60_000,
}, async () => {
  const {trial, truths} = await bench('sglang-two-process');
  expect(trial.counts).toEqual({ok: 40, failed: 0});
  const [prefill = [], decode = []] = [truths.get('prefill-1'), truths.get('decode-1')];
  expect([prefill.length, decode.length]).toEqual([44, 44]);
  expect(prefill.every(({outputTokens, phases}) => outputTokens === 1 && phases === null)).toBe(true);
  expect(decode.every(({outputTokens, phases}) => outputTokens === 8 && phases === null)).toBe(true);
  expect(trial.members.map(({name, requests}) => [name, requests])).toEqual([
    ['prefill-1', 44],
    ['decode-1', 44],
  ]);
  const promptTokens = trial.members.map(member => member.promptTokens);
  expect(promptTokens[0]).toBe(sum(prefill, row => row.promptTokens));
  expect(promptTokens[1]).toBe(promptTokens[0]);
  expect(trial.phases).toMatchObject({n: 40, transferMs: null, transfer: null});
  expect(trial.prefixHits?.byRequests).toBeCloseTo(hitsOf(decode), 12);
});
