import type {MetricName, PlannedWorkload} from '../schema/plan.ts';
import {roleOf} from '../schema/request.ts';
import type {MetricVerdict} from '../schema/verdict.ts';
import {type DecidedEvidence, type Evidence, sides, unlikeModels} from './evidence.ts';

/** What a claim's ratio is to be found in. */
export interface Wanted {
  readonly metric: MetricName;
  concerns(workload: Pick<PlannedWorkload, 'workload' | 'load'>): boolean;
}

export interface DecidedRatio {
  readonly of: DecidedEvidence;
  readonly workload: string;
  readonly metric: MetricVerdict;
  readonly ratio: {readonly estimate: number; readonly low: number; readonly high: number};
  /** The two models where the sides did not serve the same one: then the ratio is no engine's. */
  readonly unlike: string | null;
}

/** A baseline that was measured another day, or a void measurement, can carry no ratio. */
const isSound = ({decision, verdict}: DecidedEvidence): boolean =>
  decision.storedBaseline === null &&
  verdict.verdict !== 'VOID' &&
  decision.plan.baseline.engine === sides.from &&
  decision.plan.candidate.engine === sides.to;

/**
 * Candidate over baseline by the decision that has the most pairs of what is wanted, among those with one model on both sides if
 * there are any; null where none has an interval. One of them, and not the one that says most for or against the claim.
 */
export const decidedRatio = (
  {decisions}: Pick<Evidence, 'decisions'>,
  {metric: wanted, concerns}: Wanted,
): DecidedRatio | null => {
  const found = decisions.filter(isSound).flatMap(of =>
    of.decision.plan.workloads.filter(concerns).flatMap(({name, workload: {kind}}): DecidedRatio[] => {
      const judged = of.verdict.workloads.find(one => one.name === name);
      const metric = judged?.metrics.find(one => one.metric === wanted);
      const {ratio} = metric ?? {};
      if (metric === undefined || !ratio || ratio.low === null || ratio.high === null) return [];
      const {estimate, low, high} = ratio;
      const unlike = unlikeModels(of, roleOf(kind));
      return [{of, workload: name, metric, ratio: {estimate, low, high}, unlike}];
    }),
  );
  const alike = found.filter(({unlike}) => unlike === null);
  return (alike.length > 0 ? alike : found).toSorted((a, b) => b.metric.pairs - a.metric.pairs)[0] ?? null;
};
