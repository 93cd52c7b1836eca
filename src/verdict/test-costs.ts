import type {BlockCost} from '../stats/block-cost.ts';
import type {CostPair} from '../stats/two-level.ts';
import type {MetricInput} from './judge-metric.ts';
import {meanEffect} from './mean-effect.ts';

/** A block without noise of its own. */
const exactly = (cost: number): BlockCost => ({cost, deviations: new Float64Array(1), variance: 0});

/** Pairs of which the baseline always costs 1 (in logarithms: 0), without noise inside the blocks. */
export const pairsAt = (...effects: readonly number[]): readonly CostPair[] =>
  effects.map(effect => ({baseline: exactly(0), candidate: exactly(effect)}));

export const swapped = (pairs: readonly CostPair[]): readonly CostPair[] =>
  pairs.map(({baseline, candidate}) => ({baseline: candidate, candidate: baseline}));

export const inputWith = ({aa = null, ab = [], ...over}: Partial<MetricInput> = {}): MetricInput => ({
  marginShare: 0.1,
  ...{aa, ab, alpha: 0.05},
  looks: [
    {look: 1, pairs: 4, alpha: 0.03},
    {look: 2, pairs: 6, alpha: 0.03},
  ],
  drawn: (phase, pairs) => meanEffect(((phase === 'aa' ? aa : ab) ?? []).slice(0, pairs), 'test', phase),
  ...over,
});
