import type {DecisionPlan, PlannedWorkload} from '../src/schema/plan.ts';
import {migration} from './migration.ts';

/** Requests of a block: some seconds of the slower side, whose plan serves four chats at a time. */
const requests: Readonly<Record<string, number>> = {chat: 200, prefix: 128, embed: 700, rerank: 350};

/** A P99 is certified from 662 requests on: with fewer it would be missing, and what is missing never passes. */
const fewer = (planned: PlannedWorkload): PlannedWorkload => {
  const count = requests[planned.name] ?? 200;
  return {
    ...planned,
    load: {...planned.load, requests: count},
    metrics: planned.metrics.filter(({metric}) => count >= 662 || !metric.includes('P99')),
  };
};

/** The migration in one sitting of 25 minutes on one GPU, the start of six servers included. */
export const migrationShort: DecisionPlan = {
  ...migration,
  name: 'migration-short',
  workloads: migration.workloads.map(fewer),
  aaPairs: 3,
  lookPairs: [6, 8],
  spareRuns: 4,
  budgetGpuMinutes: 25,
  describe: [],
};
