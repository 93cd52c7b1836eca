import type {DecisionPlan} from '../../schema/plan.ts';

/**
 * How much is to be measured, and how long it may take: said before it begins. Where nothing but the simulated engines would be
 * measured, also which plan shows them sooner.
 */
export const planText = (
  {name, aaPairs, lookPairs, workloads, budgetGpuMinutes}: DecisionPlan,
  simulated: boolean,
): string => {
  const many = workloads.length === 1 ? '1 workload' : `${workloads.length} workloads`;
  const pairs = `${aaPairs} A/A pairs and at most ${lookPairs.at(-1)} A/B pairs of ${many}`;
  const limit = budgetGpuMinutes === null ? 'without a limit (--budget)' : `for up to ${budgetGpuMinutes} GPU minutes`;
  const sooner = name === 'quick' ? '' : ': --plan quick shows a whole decision in about a minute';
  return `Plan ${name}: ${pairs}, ${limit}${simulated ? `, on simulated engines${sooner}` : ''}`;
};
