import {expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import type {Disturbance} from '../schema/disturbance.ts';
import type {Trial} from '../schema/trial.ts';
import {benchHere, simulatorThread} from './test-cutover.ts';

const quick = ['--duration', '1', '--rate', '20', '--warmup', '2', '--prompt-tokens', '128', '--output-tokens', '8'];

const disturbedIn = (trials: readonly Trial[], suite: string): Disturbance => {
  const found = trials.find(trial => trial.suite === suite)?.disturbance;
  if (found == null) throw new Error(`no ${suite}`);
  return found;
};

/** What holds of every change of weights, however it is made. */
const expectChanged = (trials: readonly Trial[], suite: string) => {
  const found = disturbedIn(trials, suite);
  const {steps, startMs, endMs, effectMs, before, during, after, probe} = found;
  expect(steps.map(({ok}) => ok)).not.toContain(false);
  // The first answer of the new weights comes no sooner than what brings them has begun.
  expect(probe).toMatchObject({apart: true, answersBefore: 1, answersAfter: 1});
  expect(effectMs).toBeGreaterThan(0);
  expect([before.startMs, before.endMs, during.startMs, after.startMs]).toEqual([0, startMs, startMs, during.endMs]);
  expect(during.endMs).toBeGreaterThanOrEqual(Math.max(endMs, startMs + (effectMs ?? 0)));
  // Every request of the trial is in one of the three, and the probe's are in none.
  const {counts} = trials.find(trial => trial.suite === suite) as Trial;
  const sum = (key: 'ok' | 'failed') => before[key] + during[key] + after[key];
  expect({ok: sum('ok'), failed: sum('failed')}).toEqual(counts);
  return found;
};

test.concurrent('new weights by all methods under load: when they answer, who failed meanwhile, and whether the cache is kept', async () => {
  await using place = await temporaryFolder();
  const {failure, record} = await benchHere(
    place.path,
    ...['--engine', 'sglang', '--runtime', 'embedded', '--suite', 'weight-sync', '--format', 'csv', ...quick],
  );
  expect(failure).toBeNull();
  const {trials} = record;

  const lora = expectChanged(trials, 'sync-lora');
  expect(lora.steps).toMatchObject([
    {what: 'load the adapter step-2', request: 'POST /load_lora_adapter', member: null},
  ]);
  // SGLang keeps the prefixes of each adapter apart.
  expect(lora.kept.map(({of, cache}) => `${of} ${cache}`)).toEqual(['new lost', 'old kept']);

  const flushed = expectChanged(trials, 'sync-disk-flush');
  expect(flushed.steps.map(({request}) => request)).toEqual(['POST /update_weights_from_disk']);
  expect(flushed.kept).toMatchObject([{of: 'new', cache: 'lost'}]);
  // The stage before left other weights, which were taken back first: otherwise nothing could be told apart.
  const kept = expectChanged(trials, 'sync-disk-keep');
  expect(kept.kept).toMatchObject([{of: 'new', cache: 'kept', beforeTokens: kept.kept[0]?.afterTokens}]);

  const restart = expectChanged(trials, 'sync-restart');
  expect(restart.steps.map(({what}) => what)).toEqual([
    'kill chat',
    'start chat with the weights of /simulated/next-weights',
  ]);
  expect(restart.kept).toMatchObject([{of: 'new', cache: 'lost'}]);
  expect(restart.during.failed).toBeGreaterThan(0);
  expect(restart.before.failed + restart.after.failed).toBe(0);
  expect(restart.probe?.failed).toBeGreaterThan(0);
  // Failures are what is measured here, and void nothing.
  const last = trials.find(({suite}) => suite === 'sync-restart');
  expect(last?.findings.find(({code}) => code === 'errors')?.severity).toBe('note');
});

test.concurrent('a server of others is asked for what it offers, gets its weights back, and lends its memory', async () => {
  await using place = await temporaryFolder();
  await using simulator = await simulatorThread('vllm', {
    lora: true,
    sleeps: true,
    model: 'policy',
    modelPath: '/first',
  });
  const {failure, record} = await benchHere(
    place.path,
    ...['--engine', 'vllm', '--attach', simulator.url, '--suite', 'weight-sync', '--suite', 'time-sharing'],
    ...['--format', 'csv', ...quick],
  );
  expect(failure).toBeNull();
  const {trials, findings} = record;
  expect(trials.map(({suite}) => suite)).toEqual(['sync-lora', 'sync-disk-flush', 'sync-disk-keep', 'time-sharing']);
  expect(findings).toMatchObject([
    {code: 'not-offered', message: 'sync-restart was not run: what serves was not started by cutover'},
  ]);
  expect(expectChanged(trials, 'sync-lora').steps[0]?.said).toBe("Success: LoRA adapter 'step-2' added successfully.");
  const flushed = expectChanged(trials, 'sync-disk-flush');
  expect(flushed.steps.map(({what}) => what.slice(0, 16))).toEqual(['let what runs en', 'load the weights', 'go on']);

  const {steps, memory, kept, probe, effectMs} = disturbedIn(trials, 'time-sharing');
  expect(steps.map(({what}) => what)).toEqual(['sleep', 'wake up']);
  expect((steps[1]?.startMs ?? 0) - (steps[0]?.endMs ?? 0)).toBeGreaterThanOrEqual(5000);
  expect(memory?.from).toBe('simulated');
  expect(memory?.duringMiB).toBeLessThan((memory?.beforeMiB ?? 0) / 2);
  expect(memory?.afterMiB).toBe(memory?.beforeMiB);
  expect(kept).toMatchObject([{of: 'old', cache: 'lost'}]);
  expect(probe?.longestGapMs).toBeGreaterThan(4000);
  expect(effectMs).toBeNull(); // no new weights were brought
});

test('where nothing of a suite can be run, the run says why and how it could', async () => {
  await using place = await temporaryFolder();
  const {failure, record} = await benchHere(
    place.path,
    ...['--engine', 'sglang', '--runtime', 'embedded', '--suite', 'outage', '--format', 'csv', ...quick],
  );
  expect(failure).toMatchObject({
    code: 'BAD_OPTIONS',
    message: 'outage was not run: this stack has no replica-1, only chat, embed, rerank',
  });
  expect(record.trials).toEqual([]);
});
