import {describe, expect, test} from 'vitest';
import {exampleEmbedTrial} from '../../records/test-run.ts';
import {embedSample, failedSample} from '../../stats/test-samples.ts';
import {aiperfProfile} from './aiperf.ts';
import {answer, figuresOf, measuredThree, openTrial, printedBy, threeAnswers, trialOfThree} from './test-trial.ts';

const single = (value: string) => [value, 'N/A', 'N/A', 'N/A', 'N/A', 'N/A', 'N/A'];

test('every figure of three requests, worked out by hand: avg min max p99 p90 p50 std', () => {
  expect(printedBy(aiperfProfile, measuredThree)).toEqual({
    'Time to First Token (ms)': ['173.33', '110.00', '210.00', '209.80', '208.00', '200.00', '44.97'],
    'Time to Second Token (ms)': ['30.00', '10.00', '50.00', '49.60', '46.00', '30.00', '16.33'],
    'Time to First Output Token (ms)': ['?', '?', '?', '?', '?', '?', '?'],
    // To the last content: 130, 260, 260.
    'Request Latency (ms)': ['216.67', '130.00', '260.00', '260.00', '260.00', '260.00', '61.28'],
    'Decode Duration (ms)': ['43.33', '20.00', '60.00', '59.80', '58.00', '50.00', '17.00'],
    // 20/3, 60/2, 50/1.
    'Inter Token Latency (ms)': ['28.89', '6.67', '50.00', '49.60', '46.00', '30.00', '17.71'],
    // 150, 33.33, 20.
    'Output Token Throughput Per User (tokens/sec/user)': [
      '67.78',
      '20.00',
      '150.00',
      '147.67',
      '126.67',
      '33.33',
      '58.39',
    ],
    // 4/0.13, 3/0.26, 2/0.26.
    'E2E Output Token Throughput (tokens/sec/user)': ['16.67', '7.69', '30.77', '30.38', '26.92', '11.54', '10.09'],
    'Output Sequence Length (tokens)': ['3.00', '2.00', '4.00', '3.98', '3.80', '3.00', '0.82'],
    'Input Sequence Length (tokens)': ['20.00', '10.00', '30.00', '29.80', '28.00', '20.00', '8.16'],
    // Up to the last content, at 400 ms.
    'Output Token Throughput (tokens/sec)': single('22.50'),
    'Input Token Throughput (tokens/sec)': single('150.00'),
    'Request Throughput (requests/sec)': single('7.50'),
    'Completed Requests (Success + Error) (requests)': single('3.00'),
    'Request Error Rate (%)': single('0.00'),
    'Request Count (requests)': single('3.00'),
  });
});

test('its ITL is what cutover calls TPOT, and its latency is ours in a closed loop', () => {
  const figures = figuresOf(aiperfProfile, measuredThree);
  expect(figures.get('Inter Token Latency (ms)')).toMatchObject({
    ours: ['21.67', '', '50.00', 'n < 662', '40.00', '20.00', ''],
    why: "each request's mean, which is our TPOT",
  });
  expect(figures.get('Request Latency (ms)')?.why).toBe('too few to certify a P99');
  expect(figures.get('Request Throughput (requests/sec)')?.why).toBe(
    'over the whole run, with its ramp-up and drain; up to the last content',
  );
});

test('in open loop the wait for a place is hidden, in its CO-aware latency as well', () => {
  const waited = answer(140, 200, [200, 210], 220, {scheduledMs: 10});
  const measured = openTrial([waited]);
  const figures = figuresOf(aiperfProfile, measured);
  expect(figures.get('Time to First Token (ms)')?.printed[0]).toBe('60.00');
  expect(figures.get('Time to First Token (ms)')?.why).toMatch(/^from the send, not the schedule/);
  expect(aiperfProfile.print(measured)?.remarks.join()).toContain('CO-aware');
});

describe('failed requests', () => {
  const failing = (kind: 'status' | 'error-event') => ({
    trial: trialOfThree({counts: {ok: 3, failed: 1}}),
    samples: [
      ...threeAnswers,
      failedSample(kind, 'no', {sentMs: 0, tokenEventsMs: [20], lastTokenMs: 20, endMs: 500, outputTokens: 1}),
    ],
  });

  test('are counted, and count as infinitely slow in rows of their own', () => {
    const figures = printedBy(aiperfProfile, failing('status'));
    expect(figures).toMatchObject({
      'Request Count (requests)': single('3.00'),
      'Completed Requests (Success + Error) (requests)': single('4.00'),
      'Request Error Rate (%)': single('25.00'),
      // Of 110 200 210 ∞ the nearest to rank 1.5 is the even one, to 2.7 and 2.97 the last.
      'Time to First Token (error-adjusted) (ms)': ['inf', '110.00', 'inf', 'inf', 'inf', '210.00', 'N/A'],
    });
    expect(figures['Time to First Token (ms)']?.[0]).toBe('173.33');
    expect(Object.keys(figures).at(-1)).toBe('Inter Token Latency (error-adjusted) (ms)');
  });

  test('a stream with content and then an error is valid to it', () => {
    const figures = figuresOf(aiperfProfile, failing('error-event'));
    expect(figures.get('Request Count (requests)')).toMatchObject({
      why: 'error events in streams count as successes',
    });
    expect(figures.get('Request Count (requests)')?.printed[0]).toBe('4.00');
    expect(figures.get('Time to First Token (ms)')?.printed[0]).toBe('135.00'); // (110 + 200 + 210 + 20) / 4
  });
});

test('what needs a count of tokens is not made up where the server did not count', () => {
  const samples = threeAnswers.map((sample, index) => (index === 0 ? {...sample, outputTokens: null} : sample));
  const figures = figuresOf(aiperfProfile, {trial: trialOfThree(), samples});
  for (const name of ['Inter Token Latency (ms)', 'Output Sequence Length (tokens)'])
    expect(figures.get(name)?.printed).toEqual(['?', '?', '?', '?', '?', '?', '?']);
  expect(figures.get('Output Token Throughput (tokens/sec)')?.printed[0]).toBe('?');
  expect(figures.get('Input Sequence Length (tokens)')?.printed[0]).toBe('20.00');
});

test('of whole replies it has no row about a stream', () => {
  const measured = {trial: exampleEmbedTrial(), samples: [embedSample({promptTokens: 1800})]};
  expect(printedBy(aiperfProfile, measured)).toEqual({
    'Request Latency (ms)': ['20.00', '20.00', '20.00', '20.00', '20.00', '20.00', '0.00'],
    'Input Sequence Length (tokens)': ['1,800.00', '1,800.00', '1,800.00', '1,800.00', '1,800.00', '1,800.00', '0.00'],
    'Input Token Throughput (tokens/sec)': single('90,000.00'), // 1800 / 0.02
    'Request Throughput (requests/sec)': single('50.00'),
    'Completed Requests (Success + Error) (requests)': single('1.00'),
    'Request Error Rate (%)': single('0.00'),
    'Request Count (requests)': single('1.00'),
  });
});
