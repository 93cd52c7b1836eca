import type {Arm, BlockSeries} from '../schema/block.ts';
import type {MetricName} from '../schema/plan.ts';
import {type BlockCost, blockCost} from '../stats/block-cost.ts';
import {metrics} from '../stats/metrics.ts';
import {randomStream} from '../stats/random-stream.ts';
import type {CostPair} from '../stats/two-level.ts';

/** Resamples of a block: enough for its part of the noise, which pairs share out among themselves. */
const resamples = 200;

const known = new WeakMap<BlockSeries, Map<string, BlockCost | null>>();

/**
 * Resampled once for a series object, however often the pairs are looked at. The draws hang on the decision's seed and on which
 * block it is, never on what was asked before.
 */
const costOf = (series: BlockSeries, metric: MetricName, seed: number): BlockCost | null => {
  const costs = known.get(series) ?? new Map<string, BlockCost | null>();
  known.set(series, costs);
  const key = `${seed} ${metric}`;
  const kept = costs.get(key);
  if (kept !== undefined) return kept;
  const random = randomStream(seed, 'block', series.phase, series.pair, series.workload, series.place, metric);
  const cost = blockCost({metric: metrics[metric], series: series.series, count: resamples, random});
  costs.set(key, cost);
  return cost;
};

/** The two blocks of a valid pair. */
export type SeriesPair = Readonly<Record<Arm, BlockSeries>>;

/** Null where one of the two has no such metric. */
export const costPair = (pair: SeriesPair, metric: MetricName, seed: number): CostPair | null => {
  const [baseline, candidate] = [costOf(pair.baseline, metric, seed), costOf(pair.candidate, metric, seed)];
  return baseline === null || candidate === null ? null : {baseline, candidate};
};
