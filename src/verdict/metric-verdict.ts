import type {PlannedMetric} from '../schema/plan.ts';
import type {MetricVerdict} from '../schema/verdict.ts';
import {hodgesLehmann} from '../stats/hodges-lehmann.ts';
import {mannWhitney} from '../stats/mann-whitney.ts';
import {type Metric, metrics} from '../stats/metrics.ts';
import {median} from '../stats/percentile.ts';
import type {CostPair} from '../stats/two-level.ts';
import {type Bounds, type MetricJudgement, marginOf} from './judge-metric.ts';

/** A judgement on the scale of costs, put as ratios candidate ÷ baseline of the metric itself. */

interface Described {
  readonly planned: PlannedMetric;
  readonly rank: MetricVerdict['rank'];
  readonly judgement: MetricJudgement;
  readonly holmP: number | null;
  readonly aa: readonly CostPair[];
  readonly ab: readonly CostPair[];
}

export const describeMetric = ({
  planned: {metric, marginShare},
  rank,
  judgement,
  holmP,
  aa,
  ab,
}: Described): Omit<MetricVerdict, 'reason'> => {
  const {better} = metrics[metric];
  const {effect, judged, floor} = judgement;
  const ratio = (cost: number) => ratioOf(cost, better);
  const bounds = ({low, high}: Bounds) =>
    better === 'lower' ? {low: ratio(low), high: ratio(high)} : {low: ratio(high), high: ratio(low)};
  const [before, after] = [ab.map(pair => pair.baseline.cost), ab.map(pair => pair.candidate.cost)];
  const shift = hodgesLehmann(before, after);
  return {
    metric,
    rank,
    better,
    marginShare,
    limitRatio: marginShare === null ? null : ratio(marginOf(marginShare)),
    outcome: judgement.outcome,
    baseline: medianOf(before.map(ratio)),
    candidate: medianOf(after.map(ratio)),
    pairs: ab.length,
    ratio:
      effect === null
        ? null
        : {
            estimate: ratio(effect.estimate),
            ...(effect.interval === null ? {low: null, high: null} : bounds(effect.interval)),
          },
    judged: judged === null ? null : {look: judged.look, pairs: judged.pairs, alpha: judged.alpha, ...bounds(judged)},
    floorShare: floor === null ? null : Math.exp(floor) - 1,
    difference: judgement.difference,
    equivalent: judgement.equivalent,
    hodgesLehmannRatio: shift === null ? null : ratio(shift),
    mannWhitneyP: mannWhitney(before, after)?.p ?? null,
    holmP,
    morePairs: judgement.morePairs,
    pairRatios: ab.map(ratioOfPair(better)),
    aaRatios: aa.map(ratioOfPair(better)),
  };
};

/** A cost is the logarithm of the value where lower is better, and its negative where higher is. */
const ratioOf = (cost: number, better: Metric['better']): number => Math.exp(better === 'lower' ? cost : -cost);

const ratioOfPair =
  (better: Metric['better']) =>
  ({baseline, candidate}: CostPair): number =>
    ratioOf(candidate.cost - baseline.cost, better);

const medianOf = (values: readonly number[]): number | null => (values.length === 0 ? null : median(values));
