import {CutoverError} from '../../errors.ts';
import type {Options} from '../../options.ts';
import type {Arm} from '../../schema/block.ts';
import type {DecisionPlan, PlannedWorkload} from '../../schema/plan.ts';
import {rolesOf} from '../../schema/stage.ts';

type PlanOptions = Pick<
  Options,
  | 'baselineEngine'
  | 'baselineStack'
  | 'candidateEngine'
  | 'candidateStack'
  | 'workload'
  | 'requests'
  | 'margin'
  | 'pairs'
  | 'aaPairs'
  | 'budget'
>;

/** Another engine has no use for the plan's stack, and takes its default one. */
const sideWith = (plan: DecisionPlan, arm: Arm, options: PlanOptions): DecisionPlan[Arm] => {
  const given = {engine: options[`${arm}Engine`], stack: options[`${arm}Stack`]};
  const engine = given.engine ?? plan[arm].engine;
  return {engine, stack: given.stack ?? (engine === plan[arm].engine ? plan[arm].stack : null)};
};

const workloadWith = (planned: PlannedWorkload, {requests, margin}: PlanOptions): PlannedWorkload => {
  const [primary, ...secondary] = planned.metrics;
  return {
    ...planned,
    load: requests === null ? planned.load : {...planned.load, requests, durationSeconds: null},
    metrics:
      margin === null || primary === undefined ? planned.metrics : [{...primary, marginShare: margin}, ...secondary],
  };
};

const workloadsOf = ({name, workloads}: DecisionPlan, chosen: readonly string[]): readonly PlannedWorkload[] => {
  const unknown = chosen.find(one => workloads.every(planned => planned.name !== one));
  if (unknown !== undefined)
    throw new CutoverError('BAD_OPTIONS', `--workload ${unknown}: the plan ${name} has no such workload`, {
      hint: `It has ${workloads.map(planned => planned.name).join(', ')}.`,
    });
  return chosen.length === 0 ? workloads : workloads.filter(planned => chosen.includes(planned.name));
};

/** Servers that no chosen workload uses are not started, so they can be asked nothing, and nothing is described of them. */
const withinRoles = (plan: DecisionPlan): DecisionPlan => {
  const roles = new Set(plan.workloads.flatMap(rolesOf));
  const {answers, describe} = plan;
  return {
    ...plan,
    answers: answers && {...answers, required: answers.required.filter(role => roles.has(role))},
    describe: describe.filter(stage => rolesOf(stage).every(role => roles.has(role))),
  };
};

/** The plan with what the command line changed. Throws BAD_OPTIONS for a workload that it has not. */
export const planWith = (plan: DecisionPlan, options: PlanOptions): DecisionPlan => {
  const {pairs} = options;
  const changed = {
    ...plan,
    baseline: sideWith(plan, 'baseline', options),
    candidate: sideWith(plan, 'candidate', options),
    workloads: workloadsOf(plan, options.workload).map(planned => workloadWith(planned, options)),
    lookPairs: pairs === null ? plan.lookPairs : [...plan.lookPairs.filter(look => look < pairs), pairs],
    aaPairs: options.aaPairs ?? plan.aaPairs,
    budgetGpuMinutes: options.budget ?? plan.budgetGpuMinutes,
  };
  return options.workload.length === 0 ? changed : withinRoles(changed);
};
