import {join} from 'node:path';
import {afterAll, beforeAll, expect, onTestFinished, test, vi} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import type {Sample} from '../schema/sample.ts';
import {median, percentile} from '../stats/percentile.ts';
import {benchHere} from './test-cutover.ts';
import {patience, restart, type ServedNamespace, serveNamespace} from './test-load-pods.ts';

let served: ServedNamespace;
beforeAll(async () => {
  served = await serveNamespace();
});
afterAll(() => served[Symbol.asyncDispose]());

const runFolder = async () => {
  const folder = await temporaryFolder();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  return join(folder.path, 'run');
};
/** Engine, pods and harness have two cores together: by these a trial may be void here, and by nothing else. */
const ofSharedCores = new Set(['shard-saturated', 'client-lag', 'schedule-lag']);
const voids = ({findings}: {findings: readonly {code: string; severity: string}[]}) =>
  findings.filter(({severity}) => severity === 'void').map(({code}) => code);
/** None is expected. */
const otherVoids = (trial: Parameters<typeof voids>[0] | undefined) =>
  (trial === undefined ? ['no trial'] : voids(trial)).filter(code => !ofSharedCores.has(code));

const ttftsOf = (samples: readonly Sample[], trial: number) =>
  samples
    .filter(sample => sample.trial === trial && sample.firstTokenMs !== null)
    .map(({firstTokenMs, scheduledMs, sentMs}) => (firstTokenMs ?? 0) - (scheduledMs ?? sentMs))
    .sort((a, b) => a - b);

test('8 pods put on what one machine does: the same requests, exact counts, percentiles within its noise, and nothing left', async ({
  annotate,
}) => {
  const load = ['--suite', 'chat', '--requests', '400', '--rate', '40', '--arrivals', 'uniform', '--repetitions', '3'];
  const one = await benchHere(
    await runFolder(),
    ...['--engine', 'sglang', '--attach', `chat=${served.url}`, '--format', 'markdown', ...load],
  );
  const eight = await benchHere(await runFolder(), ...served.fromPods(8), ...load);
  for (const {failure} of [one, eight]) expect(failure).toBe(null);

  expect(eight.record.evidence).toBe('simulated');
  expect(eight.record.trials.map(({dataHash}) => dataHash)).toEqual(one.record.trials.map(({dataHash}) => dataHash));
  expect(eight.samples.map(({id}) => id).sort()).toEqual(one.samples.map(({id}) => id).sort());
  for (const trial of eight.record.trials) {
    const {counts, shards} = trial;
    expect(otherVoids(trial)).toEqual([]);
    expect(counts).toMatchObject({ok: 400, failed: 0});
    expect(shards?.of).toBe(8);
    expect(new Set(shards?.parts.map(({node}) => node)).size).toBe(1); // the cluster has one
    expect(shards?.parts[0]?.node).toBe(eight.record.engine.servers[0]?.kubernetes?.pods[0]?.node?.name);
    expect(shards?.parts.map(part => part.counts)).toEqual(Array.from({length: 8}, () => ({ok: 50, failed: 0})));
  }
  // What two cores add to the median and to the tail when eight more processes want them.
  for (const [share, sharedMs] of [
    [0.5, 3],
    [0.9, 6],
  ] as const) {
    const [ofOne, ofEight] = [one, eight].map(({samples, record}) =>
      record.trials.map((_, index) => percentile(ttftsOf(samples, index), share)),
    );
    if (ofOne === undefined || ofEight === undefined) throw new Error('no runs');
    const shown = (values: readonly number[]) => values.map(value => value.toFixed(1)).join(', ');
    await annotate(`TTFT p${share * 100}, ms: one machine ${shown(ofOne)}; 8 shards ${shown(ofEight)}`);
    const noiseMs = Math.max(...ofOne) - Math.min(...ofOne) + sharedMs;
    expect(Math.abs(median(ofEight) - median(ofOne))).toBeLessThan(noiseMs);
  }
  expect(await served.others()).toEqual([]);
});

test('a pod that is killed makes its trial void and no other; the next one has new pods', async () => {
  const running = benchHere(
    await runFolder(),
    ...[...served.fromPods(4), '--suite', 'chat', '--concurrency', '8', '--requests', '400', '--repetitions', '2'],
    ...['--warmup', '0'],
  );
  await vi.waitUntil(async () => (await served.running()) >= 8, patience);
  const [victim = ''] = await served.loadPods();
  const {core} = served.cluster;
  await core.deleteNamespacedPod({name: victim, namespace: served.namespace, gracePeriodSeconds: 0});
  const {record, failure} = await running;
  expect(failure).toBe(null);
  const [first, second] = record.trials;
  expect(first?.shards?.parts.length).toBeLessThan(4);
  expect(first && voids(first)).toContain('shard-missing');
  expect(second?.shards?.parts).toHaveLength(4);
  expect(second?.counts).toMatchObject({ok: 400, failed: 0});
  expect(otherVoids(second)).toEqual([]);
  expect(await served.others()).toEqual([]);
});

test.each(['apiserver', 'kubelet'] as const)('a load goes on while the %s is killed and comes back', async part => {
  const running = benchHere(
    await runFolder(),
    ...[...served.fromPods(2), '--suite', 'chat', '--rate', '20', '--arrivals', 'uniform', '--requests', '600'],
    ...['--repetitions', '1'],
  );
  await vi.waitUntil(async () => (await served.running()) >= 4, patience);
  await restart(part);
  const {record, failure} = await running;
  expect(failure).toBe(null);
  const [trial] = record.trials;
  expect(trial?.counts).toMatchObject({ok: 600, failed: 0});
  expect(otherVoids(trial)).toEqual([]);
  expect(await served.others()).toEqual([]);
});

test('10,000 streams at once, from 8 pods', async ({annotate}) => {
  const {record, failure} = await benchHere(
    await runFolder(),
    ...[
      ...served.fromPods(8),
      '--suite',
      'chat',
      '--concurrency',
      '10000',
      '--requests',
      '20000',
      '--repetitions',
      '1',
    ],
    ...['--prompt-tokens', '64', '--output-tokens', '4', '--warmup', '0'],
  );
  expect(failure).toBe(null);
  const [trial] = record.trials;
  expect(trial?.counts).toMatchObject({ok: 20_000, failed: 0});
  expect(trial?.shards?.parts.map(({inFlightMax}) => inFlightMax)).toEqual(Array.from({length: 8}, () => 1250));
  // Ten thousand connections are opened anew right before the start, by the two cores that serve them too: some shards begin late.
  expect(otherVoids(trial).filter(code => code !== 'shard-late')).toEqual([]);
  const latest = Math.max(...(trial?.shards?.parts ?? []).map(({startedLateMs}) => startedLateMs));
  await annotate(
    `${trial?.client.inFlightMax} streams at once, the last shard ${latest.toFixed(0)} ms late; void: ${trial && voids(trial).join(', ')}`,
  );
  expect(await served.others()).toEqual([]);
});
