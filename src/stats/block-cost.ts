import type {BlockSeries} from '../schema/block.ts';
import {resampled} from './circular-blocks.ts';
import {type Metric, metricValue} from './metrics.ts';
import type {RandomStream} from './random-stream.ts';

/** One metric of one block on the scale on which blocks are compared, and how far chance inside the block may have moved it. */
export interface BlockCost {
  /** Logarithm of the metric's value where lower is better, its negative where higher is: more is worse. */
  readonly cost: number;
  /** Of each resample of the block: its cost, less the mean cost of all of them. */
  readonly deviations: Float64Array;
  /** Of the deviations. */
  readonly variance: number;
}

interface Costing {
  readonly metric: Metric;
  readonly series: BlockSeries['series'];
  /** Resamples of the block. */
  readonly count: number;
  readonly random: RandomStream;
}

/** Null where the block lacks the metric (stats/metrics.ts), or where it or a resample of it is 0 and has no logarithm. */
export const blockCost = ({metric, series, count, random}: Costing): BlockCost | null => {
  const value = metricValue(metric, series);
  if (value === null || !(value > 0)) return null;
  const sign = metric.better === 'lower' ? 1 : -1;
  const deviations = resampled({values: series[metric.series] ?? [], statistic: metric.statistic, count, random});
  let sum = 0;
  for (let at = 0; at < count; at += 1) {
    const logarithm = sign * Math.log(deviations[at] as number);
    deviations[at] = logarithm;
    sum += logarithm;
  }
  if (!Number.isFinite(sum)) return null;
  const mean = sum / count;
  let squares = 0;
  for (let at = 0; at < count; at += 1) {
    const deviation = (deviations[at] as number) - mean;
    deviations[at] = deviation;
    squares += deviation * deviation;
  }
  return {cost: sign * Math.log(value), deviations, variance: count > 1 ? squares / (count - 1) : 0};
};
