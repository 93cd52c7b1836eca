import type {DecisionPlan} from '../src/schema/plan.ts';
import {migration} from './migration.ts';
import {migrationShort} from './migration-short.ts';
import {pdOrReplicas} from './pd-or-replicas.ts';
import {pdOrReplicasShort} from './pd-or-replicas-short.ts';
import {quick} from './quick.ts';

/** What --plan takes. */
export const plans = {
  migration,
  'migration-short': migrationShort,
  quick,
  'pd-or-replicas': pdOrReplicas,
  'pd-or-replicas-short': pdOrReplicasShort,
} satisfies Record<string, DecisionPlan>;
export type PlanName = keyof typeof plans;
