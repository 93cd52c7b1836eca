import type {DecisionPlan} from '../schema/plan.ts';
import {cellOf, scenarios} from './scenarios.ts';
import {simulateDecision} from './simulate-decision.ts';
import {added, emptyTally, type Tally, tallyOf} from './tally.ts';

/** Decisions `from` up to and without `to` of one cell. */
export interface Stretch {
  readonly plan: DecisionPlan;
  readonly scenario: string;
  readonly effect: number;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

let plan: DecisionPlan | null = null;

export const tallied = (stretch: Stretch): Tally => {
  // A message brings a copy each time, and what is known of a plan's workloads hangs on the object.
  if (JSON.stringify(plan) !== JSON.stringify(stretch.plan)) plan = stretch.plan;
  const scenario = scenarios.find(({name}) => name === stretch.scenario);
  if (plan === null || scenario === undefined) throw new RangeError(`no scenario is called ${stretch.scenario}`);
  const cell = cellOf(plan, scenario, stretch.effect);
  let tally = emptyTally;
  for (let index = stretch.from; index < stretch.to; index += 1)
    tally = added(tally, tallyOf(simulateDecision(cell, stretch.seed, index)));
  return tally;
};
