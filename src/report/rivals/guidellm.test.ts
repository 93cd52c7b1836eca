import {expect, test} from 'vitest';
import {exampleEmbedTrial} from '../../records/test-run.ts';
import {embedSample, failedSample} from '../../stats/test-samples.ts';
import {guidellmRun} from './guidellm.ts';
import {answer, figuresOf, measuredThree, openTrial, printedBy, threeAnswers, trialOfThree} from './test-trial.ts';

test('every figure of three requests, worked out by hand', () => {
  expect(printedBy(guidellmRun, measuredThree)).toEqual({
    'Benchmark Strategy': 'concurrent@2',
    'Timings Dur Sec': '0.4',
    'Timings Warm Sec': '0.0',
    'Timings Cool Sec': '0.0',
    'Requests Tot': ['3', '0', '0'],
    'Input Tokens Tot': ['60.0', '0.0', '0.0'],
    'Output Tokens Tot': ['9.0', '0.0', '0.0'],
    // Median and p95 are values of the sample.
    'Input Tok Per Req': ['20.0', '30.0'],
    'Output Tok Per Req': ['3.0', '4.0'],
    'Total Tok Per Req': ['23.0', '32.0'],
    'Stream Iter Per Req': ['?', '?'],
    'Output Tok Per Stream Iter': ['1.0', '1.5'], // 1 1.5 1.5, 1 1 1, 1 1
    // 0.14, 0.27, 0.3.
    'Request Latency Sec': ['0.2', '0.3', '0.3'],
    'TTFT ms': ['173.3', '200.0', '210.0'],
    'TTFOT ms': ['?', '?', '?'],
    // 20/3 three times, 30 twice, 50 once: half of the weight is at 20/3.
    'ITL ms': ['21.7', '6.7', '50.0'],
    // 130/4 four times, 260/3 three times, 260/2 twice.
    'TPOT ms': ['72.2', '86.7', '130.0'],
    'Requests Concurrency': ['2.0', '1.6'], // two for 270 ms, one for 170
    'Requests Per Sec': ['', '6.8'],
    'Input Tokens Per Sec': ['', '136.4'],
    'Output Tokens Per Sec': ['', '20.5'],
    'Total Tokens Per Sec': ['', '156.8'],
  });
});

test('its TPOT has TTFT in it, its ITL is a mean a request, its percentiles are values', () => {
  const figures = figuresOf(guidellmRun, measuredThree);
  expect(figures.get('TPOT ms')).toMatchObject({
    ours: ['28.9', '30.0', '48.0'],
    why: '(last token − send) ÷ n: TTFT is in it; weighted by tokens',
  });
  expect(figures.get('ITL ms')?.why).toMatch(/^each request's mean gap/);
  expect(figures.get('TTFT ms')).toMatchObject({
    ours: ['173.3', '200.0', '209.0'],
    why: 'a percentile is one of the values, not interpolated',
  });
});

test('in open loop the wait for a place is not in its tables', () => {
  const waited = answer(140, 200, [200, 210], 220, {scheduledMs: 10});
  const measured = openTrial([waited]);
  const figures = figuresOf(guidellmRun, measured);
  expect(figures.get('TTFT ms')?.printed).toEqual(['60.0', '60.0', '60.0']);
  expect(figures.get('TTFT ms')?.why).toMatch(/^from the send, not the schedule/);
  expect(figures.get('Benchmark Strategy')?.printed).toEqual(['poisson@20.00']);
  expect(guidellmRun.print(measured)?.remarks.join()).toContain('request_scheduled_latency');
});

test('a failed request is in the throughput, with a token for each event that it had', () => {
  const failed = failedSample('error-event', 'no', {
    sentMs: 0,
    tokenEventsMs: [50, 60],
    endMs: 100,
    promptTokens: null,
  });
  const measured = {trial: trialOfThree({counts: {ok: 3, failed: 1}}), samples: [...threeAnswers, failed]};
  const figures = figuresOf(guidellmRun, measured);
  expect(figures.get('Requests Tot')).toMatchObject({printed: ['3', '0', '1'], why: ''});
  expect(figures.get('Output Tokens Tot')?.printed).toEqual(['9.0', '0.0', '2.0']);
  expect(figures.get('Input Tokens Tot')?.printed).toEqual(['60.0', '0.0', '?']);
  expect(figures.get('Requests Per Sec')).toMatchObject({
    printed: ['', '9.1'], // 4 / 0.44
    why: 'over the whole run, with its ramp-up and drain; with those that failed',
  });
  expect(figures.get('Output Tokens Per Sec')?.printed).toEqual(['', '25.0']); // 11 / 0.44
  expect(figures.get('TTFT ms')?.printed[0]).toBe('173.3');
});

test('of embeddings everything about a stream is 0', () => {
  const measured = {trial: exampleEmbedTrial(), samples: [embedSample({promptTokens: 80})]};
  expect(printedBy(guidellmRun, measured)).toMatchObject({
    'Request Latency Sec': ['0.0', '0.0', '0.0'], // 0.02
    'TTFT ms': ['0.0', '0.0', '0.0'],
    'TPOT ms': ['0.0', '0.0', '0.0'],
    'Output Tokens Tot': ['0.0', '0.0', '0.0'],
  });
});

test('it has no mode for rerank', () => {
  const trial = exampleEmbedTrial({workload: {kind: 'rerank', batch: 8, promptTokens: 128}});
  expect(guidellmRun.print({trial, samples: [embedSample({kind: 'rerank'})]})).toBeNull();
});
