import type {BlockSeries, SeriesName} from '../schema/block.ts';
import type {MetricName} from '../schema/plan.ts';
import {minimumForP99, percentile} from './percentile.ts';

/** What a series of a block comes to: its mean, or the value below which a share of it lies. */
export type Statistic = 'mean' | {readonly quantile: number};

export interface Metric {
  readonly title: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  readonly series: SeriesName;
  readonly statistic: Statistic;
}

const rate = (title: string, unit: string, series: SeriesName): Metric => ({
  title,
  unit,
  better: 'higher',
  series,
  statistic: 'mean',
});
const latency = (title: string, series: SeriesName, quantile: number): Metric => ({
  title: `${title} p${quantile * 100}`,
  unit: 'ms',
  better: 'lower',
  series,
  statistic: {quantile},
});

/** By which two engines are compared, each a statistic of one series of a block. */
export const metrics: Readonly<Record<MetricName, Metric>> = {
  outputTokensPerSecond: rate('Output throughput', 'tokens/s', 'outputTokensPerSecond'),
  requestsPerSecond: rate('Request rate', 'requests/s', 'requestsPerSecond'),
  itemsPerSecond: rate('Throughput', 'items/s', 'itemsPerSecond'),
  ttftP50Ms: latency('TTFT', 'ttftMs', 0.5),
  ttftP99Ms: latency('TTFT', 'ttftMs', 0.99),
  tpotP50Ms: latency('TPOT', 'tpotMs', 0.5),
  tpotP99Ms: latency('TPOT', 'tpotMs', 0.99),
  e2eP50Ms: latency('E2E', 'e2eMs', 0.5),
  e2eP99Ms: latency('E2E', 'e2eMs', 0.99),
};

/** Fewer values than this do not make the metric: a P99 of a few hundred requests is not certified, and not given. */
export const fewestValues = ({statistic}: Metric): number =>
  statistic !== 'mean' && statistic.quantile === 0.99 ? minimumForP99 : 1;

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Null where the block has no such series, or fewer values than the metric needs. */
export const metricValue = (metric: Metric, series: BlockSeries['series']): number | null => {
  const values = series[metric.series] ?? [];
  if (values.length < fewestValues(metric)) return null;
  return metric.statistic === 'mean'
    ? meanOf(values)
    : percentile(new Float64Array(values).sort(), metric.statistic.quantile);
};
