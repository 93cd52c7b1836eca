import type {DecisionPlan} from '../src/schema/plan.ts';
import {loadsOf} from '../src/schema/stage.ts';
import {pdRatios} from './pd-ratios.ts';

/**
 * Separate prefill and decode servers against plain replicas at the same number of GPUs, block by block: what the map of ratios is made of
 * (`npm run compare -- DECISION…`). Both sides are up on the same GPUs: --kv-tokens, or stack files with small fractions, leave each its room.
 */
export const pdOrReplicas: DecisionPlan = {
  name: 'pd-or-replicas',
  question: 'At which lengths do separate prefill and decode servers serve better than as many plain ones?',
  baseline: {engine: 'sglang', stack: 'sglang-router-round-robin'},
  candidate: {engine: 'sglang', stack: 'sglang-pd'},
  workloads: pdRatios.stages.flatMap(loadsOf).map(({name, workload, load}) => ({
    ...{name, workload, load},
    metrics: [
      {metric: 'outputTokensPerSecond', marginShare: 0.1},
      {metric: 'ttftP50Ms', marginShare: null},
      {metric: 'tpotP50Ms', marginShare: null},
    ],
  })),
  aaPairs: 2,
  lookPairs: [6],
  alpha: 0.05,
  between: 'flush',
  spareRuns: 2,
  budgetGpuMinutes: null,
  answers: null,
  describe: [],
};
