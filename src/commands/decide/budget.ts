import type {Decision} from '../../schema/decision.ts';

/** What a decision costs: wall minutes times GPUs. */

type Measured = Pick<Decision, 'blocks' | 'sittings' | 'plan'>;

/** Of the finding of a decision that could have gone on. */
export const budgetEndedCode = 'budget-ended';

/** Of all pairs that were paid for, restarts between their blocks included; null before the first. A stored baseline was not. */
export const meanPairMinutes = ({blocks, sittings}: Pick<Decision, 'blocks' | 'sittings'>): number | null => {
  const paid = blocks.filter(({sitting}) => (sittings[sitting - 1]?.gpuMinutes ?? 0) > 0);
  const stretches = [...Map.groupBy(paid, ({sitting}) => sitting).values()];
  const spansMs = stretches.map(
    made => Math.max(...made.map(({endMs}) => endMs)) - Math.min(...made.map(({startMs}) => startMs)),
  );
  const pairs = stretches.reduce((sum, made) => sum + new Set(made.map(({pair}) => pair)).size, 0);
  return pairs === 0 ? null : spansMs.reduce((sum, ms) => sum + ms, 0) / 60_000 / pairs;
};

export const spentGpuMinutes = ({sittings}: Pick<Decision, 'sittings'>): number =>
  sittings.reduce((sum, {gpuMinutes}) => sum + gpuMinutes, 0);

/** Why the budget has no room for another pair of the mean cost; null where it has, or there is no limit. */
export const budgetEnded = ({blocks, sittings, plan}: Measured, gpus: number): string | null => {
  const {budgetGpuMinutes: budget} = plan;
  if (budget === null) return null;
  const left = budget - spentGpuMinutes({sittings});
  const next = (meanPairMinutes({blocks, sittings}) ?? 0) * gpus;
  if (left >= next && left > 0) return null;
  const cost = next === 0 ? '' : `, and a pair takes ${next.toFixed(1)}`;
  return `${Math.max(0, left).toFixed(1)} of ${budget} GPU minutes are left${cost}`;
};
