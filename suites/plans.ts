import type {DecisionPlan} from '../src/schema/plan.ts';
import {migration} from './migration.ts';
import {quick} from './quick.ts';

/** What --plan takes. */
export const plans = {migration, quick} satisfies Record<string, DecisionPlan>;
export type PlanName = keyof typeof plans;
