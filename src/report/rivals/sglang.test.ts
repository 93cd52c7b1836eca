import {describe, expect, test} from 'vitest';
import {exampleEmbedTrial} from '../../records/test-run.ts';
import {embedSample, failedSample} from '../../stats/test-samples.ts';
import {sglangBenchServing} from './sglang.ts';
import {answer, figuresOf, measuredThree, openTrial, printedBy, threeAnswers, trialOfThree} from './test-trial.ts';

test('every figure of three requests, worked out by hand', () => {
  expect(printedBy(sglangBenchServing, measuredThree)).toEqual({
    'Backend:': 'sglang-oai-chat',
    'Traffic request rate:': 'inf',
    'Max request concurrency:': '2',
    'Successful requests:': '3',
    'Benchmark duration (s):': '0.44',
    'Total input tokens:': '60',
    'Total input text tokens:': '60',
    'Total generated tokens:': '9',
    'Total generated tokens (retokenized):': '?',
    'Request throughput (req/s):': '6.82',
    'Input token throughput (tok/s):': '136.36',
    'Output token throughput (tok/s):': '20.45',
    'Peak output token throughput (tok/s):': '8.00', // chunks with text: 3 + 3 + 2
    'Peak concurrent requests:': '3',
    'Total token throughput (tok/s):': '156.82',
    'Concurrency:': '1.61', // (140 + 270 + 300) / 440
    // To [DONE]: 140, 270, 300.
    'Mean E2E Latency (ms):': '236.67',
    'Median E2E Latency (ms):': '270.00',
    'P90 E2E Latency (ms):': '294.00',
    'P95 E2E Latency (ms):': '297.00',
    'P99 E2E Latency (ms):': '299.40',
    // To the first text: 110, 200, 210.
    'Mean TTFT (ms):': '173.33',
    'Median TTFT (ms):': '200.00',
    'P90 TTFT (ms):': '208.00',
    'P95 TTFT (ms):': '209.00',
    'P99 TTFT (ms):': '209.80',
    // (140-110)/3, (270-200)/2, (300-210)/1: 10, 35, 90.
    'Mean TPOT (ms):': '45.00',
    'Median TPOT (ms):': '35.00',
    'P90 TPOT (ms):': '79.00',
    'P95 TPOT (ms):': '84.50',
    'P99 TPOT (ms):': '88.90',
    // 10 10, 30 30, 50.
    'Mean ITL (ms):': '26.00',
    'Median ITL (ms):': '30.00',
    'P90 ITL (ms):': '42.00',
    'P95 ITL (ms):': '46.00',
    'P99 ITL (ms):': '49.20',
    'Max ITL (ms):': '50.00',
  });
});

test('its TTFT is ours in a closed loop; its ITL counts chunks and its latency runs to [DONE]', () => {
  const figures = figuresOf(sglangBenchServing, measuredThree);
  expect(figures.get('Mean TTFT (ms):')).toMatchObject({ours: ['173.33'], why: ''});
  expect(figures.get('P99 TTFT (ms):')).toMatchObject({ours: ['n < 662'], why: 'too few to certify a P99'});
  expect(figures.get('Mean ITL (ms):')).toMatchObject({ours: ['21.67'], why: 'one gap a chunk, not a token'});
  expect(figures.get('Mean E2E Latency (ms):')).toMatchObject({
    ours: ['216.67'],
    why: 'to [DONE], not to the last token',
  });
  expect(figures.get('Max ITL (ms):')).toMatchObject({ours: ['50.00'], why: ''});
});

test('in open loop the wait for a place is in neither TTFT nor E2E', () => {
  const waited = answer(140, 200, [200, 210], 220, {scheduledMs: 10});
  const figures = figuresOf(sglangBenchServing, openTrial([waited]));
  expect(figures.get('Mean TTFT (ms):')?.printed).toEqual(['60.00']);
  expect(figures.get('Mean TTFT (ms):')?.why).toBe('from the send, not the schedule: hides the wait for a place');
  expect(figures.get('Mean E2E Latency (ms):')?.why).toMatch(/hides the wait/);
  expect(figures.get('Traffic request rate:')?.printed).toEqual(['20.0']);
});

describe('failed requests', () => {
  test('are in nothing but the duration, and are not printed', () => {
    const failed = failedSample('timeout', 'late', {sentMs: 0, endMs: 880});
    const figures = printedBy(sglangBenchServing, {trial: trialOfThree(), samples: [...threeAnswers, failed]});
    expect(figures).toMatchObject({'Successful requests:': '3', 'Benchmark duration (s):': '0.88'});
    expect(Object.keys(figures).filter(name => /fail/i.test(name))).toEqual([]);
  });

  test('a stream with an error event is a success that made all the tokens that were asked for', () => {
    const broken = failedSample('error-event', 'no', {tokenEventsMs: [50], outputTokens: null, endMs: 60});
    const figures = figuresOf(sglangBenchServing, {trial: trialOfThree(), samples: [...threeAnswers, broken]});
    expect(figures.get('Successful requests:')?.printed).toEqual(['4']);
    expect(figures.get('Total generated tokens:')).toMatchObject({
      printed: ['13'], // 9, and the 4 of the workload
      why: 'error events in streams count as successes',
    });
  });
});

test('of embeddings it prints latencies and input tokens only', () => {
  const measured = {trial: exampleEmbedTrial(), samples: [embedSample({promptTokens: 80})]};
  const figures = printedBy(sglangBenchServing, measured);
  expect(figures).toMatchObject({'Backend:': 'sglang-embedding', 'Mean E2E Latency (ms):': '20.00'});
  expect(Object.keys(figures).filter(name => /TTFT|ITL|output|generated/i.test(name))).toEqual([]);
});

test('it has no mode for rerank', () => {
  const trial = exampleEmbedTrial({workload: {kind: 'rerank', batch: 8, promptTokens: 128}});
  expect(sglangBenchServing.print({trial, samples: [embedSample({kind: 'rerank'})]})).toBeNull();
});
