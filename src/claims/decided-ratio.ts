import type {MetricName, PlannedWorkload} from '../schema/plan.ts';
import type {MetricVerdict} from '../schema/verdict.ts';
import {type DecidedEvidence, type Evidence, sides} from './evidence.ts';

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
}

/** A baseline that was measured another day, or a void measurement, can carry no ratio. */
const isSound = ({decision, verdict}: DecidedEvidence): boolean =>
  decision.storedBaseline === null &&
  verdict.verdict !== 'VOID' &&
  decision.plan.baseline.engine === sides.from &&
  decision.plan.candidate.engine === sides.to;

/**
 * Candidate over baseline by the decision that has the most pairs of what is wanted; null where none has an interval. One of
 * them, and not the one that says most for or against the claim.
 */
export const decidedRatio = (
  {decisions}: Pick<Evidence, 'decisions'>,
  {metric: wanted, concerns}: Wanted,
): DecidedRatio | null => {
  const found = decisions.filter(isSound).flatMap(of =>
    of.decision.plan.workloads.filter(concerns).flatMap(({name}): DecidedRatio[] => {
      const judged = of.verdict.workloads.find(one => one.name === name);
      const metric = judged?.metrics.find(one => one.metric === wanted);
      const {ratio} = metric ?? {};
      if (metric === undefined || !ratio || ratio.low === null || ratio.high === null) return [];
      return [{of, workload: name, metric, ratio: {estimate: ratio.estimate, low: ratio.low, high: ratio.high}}];
    }),
  );
  return found.toSorted((a, b) => b.metric.pairs - a.metric.pairs)[0] ?? null;
};
