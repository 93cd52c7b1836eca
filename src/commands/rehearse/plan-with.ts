import type {Options} from '../../options.ts';
import type {Arm} from '../../schema/block.ts';
import type {RehearsalPlan} from '../../schema/rehearsal-plan.ts';

type PlanOptions = Pick<
  Options,
  'baselineEngine' | 'baselineStack' | 'candidateEngine' | 'candidateStack' | 'watchSeconds'
>;

/** Another engine has no use for the plan's stack, and takes its default one. */
const sideWith = (plan: RehearsalPlan, arm: Arm, options: PlanOptions): RehearsalPlan[Arm] => {
  const engine = options[`${arm}Engine`] ?? plan[arm].engine;
  const stack = engine === plan[arm].engine ? plan[arm].stack : null;
  return {engine, stack: options[`${arm}Stack`] ?? stack};
};

/** The plan with what the command line changed. */
export const planWith = (plan: RehearsalPlan, options: PlanOptions): RehearsalPlan => ({
  ...plan,
  baseline: sideWith(plan, 'baseline', options),
  candidate: sideWith(plan, 'candidate', options),
  watchSeconds: options.watchSeconds ?? plan.watchSeconds,
});
