import type {Phase, PlannedBlock} from '../../schema/block.ts';
import type {Decision} from '../../schema/decision.ts';
import type {DecisionPlan} from '../../schema/plan.ts';
import {metrics} from '../../stats/metrics.ts';
import type {Progress} from '../../verdict/judge-decision.ts';
import {meanPairMinutes} from './budget.ts';
import {ratioText} from './decision-text.ts';
import {validPairs, voidPairs} from './void-pair.ts';

/** Where a decision stands while a pair of it is measured. */
export interface Standing {
  readonly decision: Decision;
  readonly progress: Progress;
  readonly gpus: number;
}

const mostPairs = ({aaPairs, lookPairs}: DecisionPlan, phase: Phase): number =>
  phase === 'aa' ? aaPairs : (lookPairs.at(-1) ?? 0);

/** `pair 3 of 12`; of one that was void before: `pair 3 of 12, made again (1 of 2 spare)`. */
const pairText = ({decision}: Standing, {phase, workload, pair}: PlannedBlock): string => {
  const before = {...decision, blocks: decision.blocks.filter(block => block.pair !== pair)};
  const number = validPairs(before, {phase, workload}) + 1;
  const most = Math.max(number, mostPairs(decision.plan, phase));
  const bad = decision.storedBaseline === null ? voidPairs(before, {phase, workload}) : 0;
  const again = bad === 0 ? '' : `, made again (${bad} of ${decision.plan.spareRuns} spare)`;
  return `${phase === 'aa' ? 'A/A pair' : 'pair'} ${number} of ${most}${again}`;
};

/** Of all pairs that may come; a bound no longer where pairs were void, since others may be. */
const etaText = ({decision, gpus}: Standing): string | null => {
  const {plan, blocks, sittings} = decision;
  const minutes = meanPairMinutes({blocks, sittings});
  if (minutes === null) return null;
  const lacking = (phase: Phase) =>
    Math.max(
      0,
      ...plan.workloads.map(({name}) => mostPairs(plan, phase) - validPairs(decision, {phase, workload: name})),
    );
  const aa = decision.storedBaseline === null ? lacking('aa') : 0;
  const left = Math.max(1, aa + lacking('ab')) * minutes * gpus;
  const some = plan.workloads.some(({name}) =>
    (['aa', 'ab'] as const).some(phase => voidPairs(decision, {phase, workload: name}) > 0),
  );
  return `at most ${left.toFixed(1)} GPU min to go${some ? ' if no other pair is void' : ''}`;
};

/** The primary metric as it stands: `Output throughput 1.021 [0.991, 1.052]`. */
const primaryText = ({progress}: Standing, workload: string): string | null => {
  const primary = progress.workloads.find(({name}) => name === workload)?.metrics[0];
  if (primary === undefined || primary.ratio === null) return null;
  return `${metrics[primary.metric].title} ${ratioText(primary.ratio)}`;
};

/** `pair 3 of 12 · chat · candidate · 32/96 · 55.1 req/s · Output throughput 1.021 [0.991, 1.052] · at most 12.3 GPU min to go` */
export const decideProgress = (standing: Standing, block: PlannedBlock, load: readonly string[]): string => {
  return [
    pairText(standing, block),
    block.workload,
    block.phase === 'aa' ? 'baseline' : block.place,
    ...load,
    ...[primaryText(standing, block.workload), etaText(standing)].filter(part => part !== null),
  ].join(' · ');
};
