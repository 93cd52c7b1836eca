import type {Phase, PlannedBlock} from '../../schema/block.ts';
import type {Decision} from '../../schema/decision.ts';
import type {DecisionPlan} from '../../schema/plan.ts';
import {metrics} from '../../stats/metrics.ts';
import type {Progress} from '../../verdict/judge-decision.ts';
import {meanPairMinutes} from './budget.ts';
import {ratioText} from './decision-text.ts';

/** Where a decision stands while a pair of it is measured. */
export interface Standing {
  readonly decision: Decision;
  readonly progress: Progress;
  readonly gpus: number;
  /** Pairs that are finished. */
  readonly pairs: number;
}

const mostPairs = ({aaPairs, lookPairs}: DecisionPlan, phase: Phase): number =>
  phase === 'aa' ? aaPairs : (lookPairs.at(-1) ?? 0);

/** How many pairs are finished, and how many there will be at most if none is void. */
const counted = ({decision: {plan, blocks}}: Standing, {phase}: PlannedBlock) => {
  const of = blocks.filter(block => block.phase === phase);
  return {made: new Set(of.map(({pair}) => pair)), most: mostPairs(plan, phase)};
};

const etaText = ({decision: {plan, blocks, sittings}, gpus, pairs}: Standing): string | null => {
  const minutes = meanPairMinutes({blocks, sittings});
  if (minutes === null) return null;
  const left = Math.max(1, plan.aaPairs + mostPairs(plan, 'ab') - pairs);
  return `at most ${(left * minutes * gpus).toFixed(1)} GPU min to go`;
};

/** The primary metric as it stands: `Output tokens 1.021 [0.991, 1.052]`. */
const primaryText = ({progress}: Standing, workload: string): string | null => {
  const primary = progress.workloads.find(({name}) => name === workload)?.metrics[0];
  if (primary === undefined || primary.ratio === null) return null;
  return `${metrics[primary.metric].title} ${ratioText(primary.ratio)}`;
};

/** `pair 3 of 12 · chat · candidate · 32/96 · 55.1 req/s · Output tokens 1.021 [0.991, 1.052] · at most 12.3 GPU min to go` */
export const decideProgress = (standing: Standing, block: PlannedBlock, load: readonly string[]): string => {
  const {made, most} = counted(standing, block);
  const number = made.has(block.pair) ? made.size : made.size + 1;
  const same = block.phase === 'aa';
  return [
    `${same ? 'A/A pair' : 'pair'} ${number} of ${Math.max(number, most)}`,
    block.workload,
    same ? 'baseline' : block.place,
    ...load,
    ...[primaryText(standing, block.workload), etaText(standing)].filter(part => part !== null),
  ].join(' · ');
};
