import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {readRecord} from '../records/read-record.ts';
import {readSamples} from '../records/read-samples.ts';
import {exampleTrial} from '../records/test-run.ts';
import {projectRoot} from '../root.ts';
import type {MetricName} from '../schema/plan.ts';
import type {Sample} from '../schema/sample.ts';
import type {Trial} from '../schema/trial.ts';
import {BlockSeriesBuilder} from './block-series.ts';
import {metrics, metricValue} from './metrics.ts';
import {chatSampleAt, embedSample, failedSample} from './test-samples.ts';
import {summaryOf} from './test-summary.ts';

const seriesOf = (trial: Pick<Trial, 'window' | 'latencyFrom' | 'workload'>, samples: readonly Sample[]) => {
  const builder = new BlockSeriesBuilder(trial);
  for (const sample of samples) builder.add(sample);
  return builder.series();
};

/** What a trial calls each metric. */
const inTrial: Readonly<Record<MetricName, (trial: Trial) => number | null>> = {
  outputTokensPerSecond: ({outputTokensPerSecond}) => outputTokensPerSecond,
  requestsPerSecond: ({requestsPerSecond}) => requestsPerSecond,
  itemsPerSecond: ({itemsPerSecond}) => itemsPerSecond,
  ttftP50Ms: ({ttftMs}) => ttftMs?.p50 ?? null,
  ttftP99Ms: ({ttftMs}) => ttftMs?.p99 ?? null,
  tpotP50Ms: ({tpotMs}) => tpotMs?.p50 ?? null,
  tpotP99Ms: ({tpotMs}) => tpotMs?.p99 ?? null,
  e2eP50Ms: ({e2eMs}) => e2eMs?.p50 ?? null,
  e2eP99Ms: ({e2eMs}) => e2eMs?.p99 ?? null,
};

describe('the series of real trials', () => {
  const evidence = join(projectRoot, 'reports', 'evidence');
  // Closed and open loops, chat, several turns, embeddings and rankings; the smaller runs.
  const runs = ['vllm-mixed', 'sglang-branches', 'vllm-embed', 'sglang-rerank', 'vllm-warm-prefix', 'sglang-trace'];

  test.each(runs)('%s: every metric is the number that the trial has', async run => {
    const {record, folder} = await readRecord(join(evidence, '2026-11-22-workloads', run), evidence);
    const builders = new Map(record.trials.map(trial => [trial.index, new BlockSeriesBuilder(trial)]));
    for await (const sample of readSamples(folder)) builders.get(sample.trial)?.add(sample);
    expect(record.trials.length).toBeGreaterThan(0);
    for (const trial of record.trials) {
      const series = builders.get(trial.index)?.series() ?? {};
      for (const [name, metric] of Object.entries(metrics)) {
        const [found, told] = [metricValue(metric, series), inTrial[name as MetricName](trial)];
        if (told === null) expect(found, name).toBeNull();
        else expect((found ?? Number.NaN) - told, name).toBeCloseTo(0, metric.unit === 'ms' ? 2 : 5);
      }
    }
  });
});

describe('the series of a block', () => {
  const {workload} = exampleTrial();
  const window = {startMs: 0, endMs: 6400, kind: 'steady' as const};
  const trial = {window, latencyFrom: 'sent' as const, workload};

  test('has a rate for each of 64 parts of the window; what comes at its start is outside, at its end inside', () => {
    const samples = [0, 100, 100.001, 6400, 6400.001].map(endMs => chatSampleAt(0, {endMs, tokenEventsMs: []}));
    const rates = seriesOf(trial, samples).requestsPerSecond ?? [];
    expect(rates).toHaveLength(64);
    expect([rates[0], rates[1], rates[2], rates[63]]).toEqual([10, 10, 0, 10]);
  });

  test('has its latencies in the order sent, in whatever order they ended, and none of what failed', () => {
    const [first, second] = [
      chatSampleAt(0, {firstTokenMs: 500, lastTokenMs: 530.0004}),
      chatSampleAt(1, {firstTokenMs: 21}),
    ];
    const series = seriesOf(trial, [second, failedSample('connect', 'refused', {sentMs: 0.5}), first]);
    expect(series.ttftMs).toEqual([500, 20]);
    expect(series.tpotMs?.[0]).toBe(10);
    expect(series.e2eMs).toEqual([530, 80]);
  });

  test('counts from the plan in an open loop', () => {
    const series = seriesOf({...trial, latencyFrom: 'scheduled'}, [chatSampleAt(10)]);
    expect([series.ttftMs, series.e2eMs]).toEqual([[55], [85]]);
  });

  test('lacks what the trial lacks: tokens that cannot be placed, latencies of whole replies, all of it without answers', () => {
    const embed = seriesOf({...trial, workload: {kind: 'embed', batch: 8, promptTokens: 256}}, [embedSample()]);
    expect(Object.keys(embed).sort()).toEqual(['e2eMs', 'itemsPerSecond', 'requestsPerSecond']);
    expect(Object.keys(seriesOf(trial, [chatSampleAt(0, {outputTokens: null})])).sort()).toEqual([
      'e2eMs',
      'requestsPerSecond',
      'ttftMs',
    ]);
    expect(seriesOf(trial, [failedSample('connect', 'refused')])).toEqual({});
    expect(seriesOf({...trial, window: null}, [])).toEqual({});
  });

  test('has the numbers of the trial for any requests and window', () => {
    const starts = fc.array(fc.integer({min: 0, max: 5000}), {minLength: 1, maxLength: 40});
    fc.assert(
      fc.property(
        starts,
        fc.integer({min: 0, max: 900}),
        fc.integer({min: 1, max: 5000}),
        (sent, startMs, lengthMs) => {
          const samples = sent.map(sentMs => chatSampleAt(sentMs));
          const steady = {startMs, endMs: startMs + lengthMs};
          const load = {mode: 'closed', concurrency: 4, requests: 10, durationSeconds: null, warmup: 0} as const;
          const numbers = summaryOf({samples, load, workload, steady}).numbers();
          const series = seriesOf({...numbers, workload}, samples);
          for (const name of ['outputTokensPerSecond', 'requestsPerSecond'] as const)
            expect(metricValue(metrics[name], series)).toBeCloseTo(numbers[name] ?? -1, 5);
          expect(metricValue(metrics.ttftP50Ms, series)).toBe(numbers.ttftMs?.p50);
        },
      ),
      {numRuns: 30},
    );
  });
});
