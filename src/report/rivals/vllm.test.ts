import {describe, expect, test} from 'vitest';
import {exampleEmbedTrial} from '../../records/test-run.ts';
import {embedSample, failedSample} from '../../stats/test-samples.ts';
import {answer, figuresOf, measuredThree, openTrial, printedBy, threeAnswers, trialOfThree} from './test-trial.ts';
import {vllmBench} from './vllm.ts';

test('every figure of three requests, worked out by hand', () => {
  expect(printedBy(vllmBench, measuredThree)).toEqual({
    'Successful requests:': '3',
    'Failed requests:': '0',
    'Maximum request concurrency:': '2',
    'Benchmark duration (s):': '0.44',
    'Total input tokens:': '60',
    'Total generated tokens:': '9',
    'Request throughput (req/s):': '6.82', // 3 / 0.44
    'Output token throughput (tok/s):': '20.45', // 9 / 0.44
    'Peak output token throughput (tok/s):': '11.00', // 4 + 4 + 3 chunks, role chunks among them
    'Peak concurrent requests:': '3.00', // all three in the first second, though only two at once
    'Total token throughput (tok/s):': '156.82', // 69 / 0.44
    // To the role chunks: 100, 200, 200.
    'Mean TTFT (ms):': '166.67',
    'Median TTFT (ms):': '200.00',
    'P99 TTFT (ms):': '200.00',
    // (140-100)/3, (270-200)/2, (300-200)/1: 13.33, 35, 100.
    'Mean TPOT (ms):': '49.44',
    'Median TPOT (ms):': '35.00',
    'P99 TPOT (ms):': '98.70', // rank 1.98: 35 + 0.98 × 65
    // 10 10 10, 0 30 30, 10 50: the first of each begins at the role chunk.
    'Mean ITL (ms):': '18.75',
    'Median ITL (ms):': '10.00',
    'P99 ITL (ms):': '48.60', // rank 6.93: 30 + 0.93 × 20
  });
});

describe('why it differs from cutover', () => {
  const figures = figuresOf(vllmBench, measuredThree);

  test('its TTFT is 10 ms shorter where the role chunk came 10 ms before the text', () => {
    const alone = {trial: trialOfThree({ttftMs: null}), samples: [answer(0, 100, [110, 120], 130)]};
    expect(figuresOf(vllmBench, alone).get('Mean TTFT (ms):')?.printed).toEqual(['100.00']);
    expect(figures.get('Mean TTFT (ms):')).toMatchObject({
      ours: ['173.33'],
      why: 'to the role chunk, not to the first text',
    });
  });

  test('a stream without a role chunk has no such difference', () => {
    const samples = [answer(0, 110, [110, 120, 130], 140)];
    const same = figuresOf(vllmBench, {
      trial: trialOfThree({
        ttftMs: {n: 1, mean: 110, p50: 110, p90: 110, p95: 110, p99: null, max: 110},
        itlMs: {n: 2, mean: 10, p50: 10, p90: 10, p95: 10, p99: null, max: 10},
      }),
      samples,
    });
    expect(same.get('Mean TTFT (ms):')).toMatchObject({printed: ['110.00'], ours: ['110.00'], why: ''});
    expect(same.get('Mean ITL (ms):')?.printed).toEqual(['10.00']);
    expect(same.get('Mean ITL (ms):')?.why).toBe('');
  });

  test('ITL counts chunks, throughput the whole run, and a P99 of three is printed', () => {
    expect(figures.get('Mean ITL (ms):')?.why).toBe(
      'one gap a chunk, not a token; with the gap between the role chunk and the first text',
    );
    expect(figures.get('Request throughput (req/s):')).toMatchObject({
      ours: ['10.00'],
      why: 'over the whole run, with its ramp-up and drain',
    });
    expect(figures.get('P99 TTFT (ms):')).toMatchObject({
      ours: ['n < 662'],
      why: 'to the role chunk, not to the first text',
    });
    expect(figures.get('Benchmark duration (s):')?.why).toBe('');
  });
});

test('in open loop the wait for a place is not in its TTFT, and the note says so', () => {
  // Due at 10 ms, sent at 140 when the place was free: 60 ms from the send, 190 from the schedule.
  const waited = answer(140, 200, [200, 210], 220, {scheduledMs: 10});
  const measured = openTrial([waited], {
    ttftMs: {n: 1, mean: 190, p50: 190, p90: 190, p95: 190, p99: null, max: 190},
  });
  const figures = figuresOf(vllmBench, measured);
  expect(figures.get('Mean TTFT (ms):')).toEqual({
    name: 'Mean TTFT (ms):',
    printed: ['60.00'],
    ours: ['190.00'],
    why: 'from the send, not the schedule: hides the wait for a place',
  });
  expect(figures.get('Request rate configured (RPS):')?.printed).toEqual(['20.00']);
  expect(figures.get('Maximum request concurrency:')?.printed).toEqual(['1']);
});

describe('failed requests', () => {
  const trial = trialOfThree({counts: {ok: 3, failed: 1}});
  const failing = (kind: 'status' | 'error-event') => ({
    trial,
    samples: [
      ...threeAnswers,
      failedSample(kind, 'no', {
        sentMs: 0,
        firstChunkMs: 10,
        tokenEventsMs: [20],
        endMs: 500,
        promptTokens: 5,
        outputTokens: 1,
      }),
    ],
  });

  test('are counted and in nothing but the duration', () => {
    const figures = printedBy(vllmBench, failing('status'));
    expect(figures).toMatchObject({
      'Successful requests:': '3',
      'Failed requests:': '1',
      'Benchmark duration (s):': '0.50',
      'Mean TTFT (ms):': '166.67',
    });
  });

  test('an error event in a stream is none to it: the request counts as a success', () => {
    const figures = figuresOf(vllmBench, failing('error-event'));
    expect(figures.get('Successful requests:')).toMatchObject({
      printed: ['4'],
      ours: ['3'],
      why: 'error events in streams count as successes',
    });
    expect(figures.get('Mean TTFT (ms):')?.printed).toEqual(['127.50']); // (100 + 200 + 200 + 10) / 4
  });

  test('a stream that breaks off before any chunk has a TTFT of 0', () => {
    const broken = failedSample('error-event', 'no', {tokenEventsMs: [], firstChunkMs: 90, endMs: 90});
    expect(printedBy(vllmBench, {trial, samples: [...threeAnswers, broken]})['Mean TTFT (ms):']).toBe('125.00');
  });
});

test('tokens that the server did not count are not made up', () => {
  const samples = threeAnswers.map(sample => ({...sample, outputTokens: null}));
  expect(printedBy(vllmBench, {trial: trialOfThree(), samples})).toMatchObject({
    'Total generated tokens:': '?',
    'Output token throughput (tok/s):': '?',
    'Mean TPOT (ms):': '?',
    'Mean ITL (ms):': '18.75',
  });
});

test('of whole replies the latency ends at the head, and nothing is said of tokens that came', () => {
  const samples = [embedSample({firstByteMs: 15, endMs: 20, promptTokens: 80})];
  const trial = exampleEmbedTrial({e2eMs: {n: 1, mean: 20, p50: 20, p90: 20, p95: 20, p99: null, max: 20}});
  const figures = figuresOf(vllmBench, {trial, samples});
  expect(figures.get('Mean E2EL (ms):')).toEqual({
    name: 'Mean E2EL (ms):',
    printed: ['15.00'],
    ours: ['20.00'],
    why: "to the reply's head, not its end",
  });
  expect(figures.get('Total token throughput (tok/s):')?.printed).toEqual(['4000.00']); // 80 / 0.02
  expect([...figures.keys()].filter(name => /TTFT|generated|Peak/.test(name))).toEqual([]);
});

test('a request that spans seconds counts in each of them', () => {
  const samples = [answer(0, 1500, [1500, 1600], 2100), answer(1900, 2000, [2000], 2050)];
  expect(printedBy(vllmBench, {trial: trialOfThree(), samples})).toMatchObject({
    'Peak concurrent requests:': '2.00', // seconds 1 and 2
    'Peak output token throughput (tok/s):': '2.00', // 1500 and 1600 in second 1
  });
});
