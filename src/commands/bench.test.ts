import {createHash} from 'node:crypto';
import {readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import type {Sample} from '../schema/sample.ts';
import type {Trial} from '../schema/trial.ts';
import {summaryOf} from '../stats/test-summary.ts';
import {benchHere, cutover, simulatorThread} from './test-cutover.ts';
import {openaiServer} from './test-openai-server.ts';

const words = (line: string) => line.split(' ');
const to = ({url}: {url: string}) =>
  words(`--engine openai --attach ${url} --model mock --warmup 0 --repetitions 1 --format csv`);

test('a secret of --command is in no file of the run', async () => {
  await using place = await temporaryFolder();
  const start = ['--runtime', 'process', '--command', 'no-such-engine --api-key sk-canary-4711'];
  const {failure, record} = await benchHere(place.path, ...words('--engine vllm --suite smoke'), ...start);
  expect(failure).not.toBeNull();
  expect(record.command).toContain('no-such-engine --api-key ***');
  expect(await readFile(join(place.path, 'record.json'), 'utf8')).not.toContain('canary');
});

describe('a server that only speaks OpenAI', () => {
  test('gets an open loop at the planned times, as far as --max-in-flight lets it', async () => {
    await using place = await temporaryFolder();
    await using server = await openaiServer();
    const load = words('--suite chat --requests 12 --rate 50 --arrivals uniform --max-in-flight 2 --output-tokens 8');
    const {failure, record, samples} = await benchHere(place.path, ...to(server), ...load);
    expect(failure).toBeNull();
    expect(server.posts).toHaveLength(12);
    expect(server.inFlightMax()).toBeLessThanOrEqual(2);
    const planned = samples.map(({scheduledMs}) => scheduledMs ?? Number.NaN);
    expect(planned.sort((a, b) => a - b)).toEqual(Array.from({length: 12}, (_, index) => index * 20));
    expect(record.trials).toMatchObject([
      {
        load: {mode: 'open', ratePerSecond: 50, arrivals: 'uniform', maxInFlight: 2, requests: 12, warmup: 0},
        latencyFrom: 'scheduled',
        counts: {ok: 12, failed: 0},
        fromScheduleMs: {ttftMs: {n: 12, p99: null}, e2eMs: {n: 12}},
        fromSendMs: {ttftMs: {n: 12}, e2eMs: {n: 12}},
        client: {scheduleLagP99Ms: expect.any(Number), achievedRateRatio: expect.any(Number)},
      },
    ]);
    const [trial] = record.trials;
    expect(trial?.ttftMs).toEqual(trial?.fromScheduleMs?.ttftMs);
  });

  test('gets a trace at its own times, and the record tells which trace it was', async () => {
    await using place = await temporaryFolder();
    await using server = await openaiServer();
    const file = join(place.path, 'trace.jsonl');
    const dueMs = [0, 0, 30, 31.5, 90];
    const text = dueMs.map(atMs => JSON.stringify({timestamp: 7000 + 2 * atMs, input_length: 9})).join('\n');
    await writeFile(file, text);
    const load = ['--suite', 'chat', '--trace', file, ...words('--trace-speed 2 --output-tokens 8')];
    const {failure, record, samples, notes} = await benchHere(join(place.path, 'run'), ...to(server), ...load);
    expect(failure).toBeNull();
    expect(notes).toContain('Trace trace.jsonl: 5 arrivals over 0.180 s ("timestamp" in ms)');
    expect(samples.map(({scheduledMs}) => Number(scheduledMs)).sort((a, b) => a - b)).toEqual(dueMs);
    const sha256 = createHash('sha256').update(text).digest('hex');
    const trace = {file: 'trace.jsonl', sha256, speed: 2, arrivals: 5};
    const [trial] = record.trials;
    expect(trial?.load).toMatchObject({mode: 'open', arrivals: 'trace', trace, ratePerSecond: 44.4444, requests: 5});
  });

  test('is asked for nothing when the trace is not one', async () => {
    await using place = await temporaryFolder();
    await using server = await openaiServer();
    const file = join(place.path, 'trace.txt');
    await writeFile(file, '1\n2\nthree\n');
    const run = await cutover(
      'bench',
      ...to(server),
      '--suite',
      'chat',
      '--trace',
      file,
      '--out',
      join(place.path, 'run'),
    );
    expect(run.exitCode).toBe(10);
    expect(run.stderr).toContain(`The trace ${file} cannot be used: line 3 has no date or number`);
    expect([server.posts.length, await readdir(place.path)]).toEqual([0, ['trace.txt']]);
  });

  test('gets --batch texts in each request, and none of it is called a token', async () => {
    await using place = await temporaryFolder();
    await using server = await openaiServer();
    const load = words('--suite embed --batch 32 --requests 6 --concurrency 2 --prompt-tokens 16');
    const {failure, record, samples} = await benchHere(place.path, ...to(server), ...load);
    expect(failure).toBeNull();
    expect(server.posts.map(({path, body}) => [path, body.model, body.input?.length])).toEqual(
      Array.from({length: 18}, () => ['/v1/embeddings', 'mock', 32]), // at a concurrency, saturated and again at one
    );
    expect(samples.map(({items}) => items)).toEqual(Array(18).fill(32));
    const each = {
      workload: {kind: 'embed', batch: 32, promptTokens: 16},
      counts: {ok: 6, failed: 0},
      ttftMs: null,
      outputTokensPerSecond: null,
      promptTokens: null,
      e2eMs: {n: 6},
      itemsPerSecond: expect.any(Number),
    };
    expect(record.trials).toMatchObject([each, each, each]);
    const [trial] = record.trials;
    expect(trial?.itemsPerSecond).toBeCloseTo(32 * (trial?.requestsPerSecond ?? 0));
  });
});

test('--duration, --warmup, --repetitions and the sizes are what reaches the server', async () => {
  await using place = await temporaryFolder();
  await using simulator = await simulatorThread('vllm');
  const load = words('--suite chat --rate 40 --arrivals uniform --duration 0.5 --prompt-tokens 64 --output-tokens 4');
  const options = words(
    `--engine openai --attach ${simulator.url} --warmup 3 --repetitions 2 --keep-raw 1 --format csv`,
  );
  const {record, samples} = await benchHere(place.path, ...options, ...load);
  const truth = [...(await simulator.truth()).values()];
  // One every 25 ms from 0 on, before 500 ms: 20 in each of two trials, and 3 to warm up.
  expect(samples.map(({trial}) => trial)).toEqual([...Array(20).fill(0), ...Array(20).fill(1)]);
  expect(truth).toHaveLength(2 * (20 + 3));
  expect(new Set(truth.map(({outputTokens}) => outputTokens))).toEqual(new Set([4]));
  for (const {promptTokens} of truth) expect(Math.abs(promptTokens - 64)).toBeLessThan(32); // an estimate, says the help
  expect(record.trials.map(({repetition, counts}) => [repetition, counts])).toEqual([
    [1, {ok: 20, failed: 0}],
    [2, {ok: 20, failed: 0}],
  ]);
  const [first, second] = record.trials.map(({dataHash}) => dataHash);
  expect(first).not.toBe(second); // new prompts, or the second repetition would meet a full cache
  const raw = await readdir(join(place.path, 'raw'));
  expect(raw.sort()).toEqual(['t0.chat-0.txt', 't1.chat-0.txt']);
  expect(await readFile(join(place.path, 'raw', 't0.chat-0.txt'), 'utf8')).toMatch(
    /^data: \{[\s\S]*data: \[DONE\]\n\n$/,
  );
  expect(record.evidence).toBe('simulated'); // the server says so, whatever the engine is called
});

/** The numbers of a trial, from what is on the disk alone. */
const workedOut = ({index, load, workload, window}: Trial, samples: readonly Sample[]) =>
  summaryOf({
    samples: samples.filter(({trial}) => trial === index),
    load,
    workload,
    steady: window?.kind === 'steady' ? window : null,
  }).numbers();

test.each([
  ['closed loops', '--suite smoke --suite saturate --requests 16 --concurrency 4'],
  ['open loops', '--suite chat --suite prefix --requests 20 --rate 10 --output-tokens 4'],
])('every number of %s can be worked out again from the samples on disk, to the last digit', async (_, load) => {
  await using place = await temporaryFolder();
  const options = words(
    '--engine simulated --runtime embedded --warmup 0 --repetitions 1 --prompt-tokens 64 --format csv',
  );
  const {failure, record, samples} = await benchHere(place.path, ...options, ...words(load));
  expect(failure).toBeNull();
  expect(record.trials.map(({window}) => window?.kind)).toContain('steady');
  for (const trial of record.trials) {
    const numbers = workedOut(trial, samples);
    const recorded = Object.keys(numbers).map(key => [key, trial[key as keyof typeof numbers]]);
    expect(Object.fromEntries(recorded)).toEqual(numbers);
  }
});
