import {describe, expect, test} from 'vitest';
import {exampleEmbedTrial, exampleRecord, exampleTrial} from '../records/test-run.ts';
import type {Sample} from '../schema/sample.ts';
import type {Trial} from '../schema/trial.ts';
import {chatSample, embedSample, failedSample} from '../stats/test-samples.ts';
import {trialSeries} from './trial-series.ts';

const seriesOf = (trials: Trial[], samples: Sample[]) =>
  trialSeries({
    record: exampleRecord({trials}),
    async *samples() {
      yield* samples;
    },
  });

test('a short trial has 20 bins and tokens lie where their events do', async () => {
  const [series] = await seriesOf([exampleTrial({durationMs: 1000})], [chatSample({tokenEventsMs: [0, 49, 50, 999]})]);
  expect(series?.binMs).toBe(50);
  expect(series?.rates).toHaveLength(20);
  expect([series?.rates?.[0], series?.rates?.[1], series?.rates?.[2], series?.rates?.[19]]).toEqual([40, 20, 0, 20]); // 2 tokens in 50 ms are 40/s
});

test('a long trial has a bin a second', async () => {
  const [series] = await seriesOf([exampleTrial({durationMs: 60_000})], [chatSample()]);
  expect([series?.binMs, series?.rates?.length]).toEqual([1000, 60]);
});

test('latencies are TTFT for streams and E2E for whole replies, each by its own trial', async () => {
  const series = await seriesOf(
    [exampleTrial({index: 0, latencyFrom: 'scheduled'}), exampleEmbedTrial({index: 1, durationMs: 1000})],
    [embedSample({trial: 1}), chatSample({trial: 0}), embedSample({trial: 1, endMs: 30})],
  );
  expect(series.map(({latenciesMs}) => latenciesMs)).toEqual([[55], [20, 30]]);
  expect(series[1]?.rates?.[0]).toBe(320); // 16 items in 50 ms
});

describe('what is not drawn', () => {
  test('failed requests, and samples of a trial that never came into the record', async () => {
    const [series] = await seriesOf([exampleTrial()], [failedSample('timeout', 'late'), chatSample({trial: 7})]);
    expect(series?.latenciesMs).toEqual([]);
  });

  test('rates of a trial in which one answer was not counted: they would be too low', async () => {
    const [series] = await seriesOf([exampleTrial()], [chatSample(), chatSample({outputTokens: null})]);
    expect([series?.rates, series?.latenciesMs]).toEqual([null, [50, 50]]);
  });

  test('trials in which nothing succeeded', async () => {
    expect(await seriesOf([exampleTrial({counts: {ok: 0, failed: 3}})], [])).toEqual([]);
  });
});
