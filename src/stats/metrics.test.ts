import {describe, expect, test} from 'vitest';
import {type MetricName, metricNames} from '../schema/plan.ts';
import {fewestValues, metrics, metricValue} from './metrics.ts';

const valueOf1To = (name: MetricName, n: number) =>
  metricValue(metrics[name], {[metrics[name].series]: Array.from({length: n}, (_, at) => n - at)});

describe('a metric of a block', () => {
  test('is the mean of rates', () => {
    expect(valueOf1To('outputTokensPerSecond', 4)).toBe(2.5);
    expect(metricValue(metrics.requestsPerSecond, {requestsPerSecond: [0, 0, 6]})).toBe(2);
  });

  test('is a quantile of latencies, between two of them', () => {
    expect(valueOf1To('ttftP50Ms', 4)).toBe(2.5);
    expect(valueOf1To('e2eP99Ms', 701)).toBeCloseTo(694, 12);
  });

  test('is none without values, and a P99 is none of fewer than 662', () => {
    expect(valueOf1To('ttftP50Ms', 0)).toBeNull();
    expect(metricValue(metrics.tpotP50Ms, {ttftMs: [1]})).toBeNull();
    expect(valueOf1To('tpotP99Ms', 661)).toBeNull();
    expect(valueOf1To('tpotP99Ms', 662)).toBeCloseTo(655.39, 10);
    expect(fewestValues(metrics.ttftP99Ms)).toBe(662);
    expect(fewestValues(metrics.ttftP50Ms)).toBe(1);
  });
});

test.each(metricNames)('%s has the unit and the direction that its name says', name => {
  const {title, unit, better, statistic} = metrics[name];
  const latency = name.endsWith('Ms');
  expect({unit: unit === 'ms', better}).toEqual({unit: latency, better: latency ? 'lower' : 'higher'});
  expect(title.endsWith(' p50') || title.endsWith(' p99')).toBe(statistic !== 'mean');
});
