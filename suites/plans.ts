import type {DecisionPlan} from '../src/schema/plan.ts';
import {migration} from './migration.ts';

/** What --plan takes. */
export const plans = {migration} satisfies Record<string, DecisionPlan>;

export type PlanName = keyof typeof plans;
