import {z} from 'zod';
import {roles} from './request.ts';
import {examinationSpec, loadSpec, sweepSpec} from './suite.ts';
import {workloadSpec} from './workload.ts';

/** What one block comes to in the end, by which two engines are compared. What each is made of: stats/metrics.ts. */
export const metricNames = [
  'outputTokensPerSecond',
  'requestsPerSecond',
  'itemsPerSecond',
  'ttftP50Ms',
  'ttftP99Ms',
  'tpotP50Ms',
  'tpotP99Ms',
  'e2eP50Ms',
  'e2eP99Ms',
] as const;
export type MetricName = (typeof metricNames)[number];

const plannedMetric = z.strictObject({
  metric: z.enum(metricNames),
  /**
   * How much worse the candidate may be: 0.1 allows 1.1 times the latency, or 1/1.1 of the throughput. Null: shown and never
   * judged. The first metric of a workload is its primary one and has a margin; the others are judged after Holm.
   */
  marginShare: z.number().positive().max(1).nullable(),
});
export type PlannedMetric = z.infer<typeof plannedMetric>;

const plannedWorkload = z.strictObject({
  /** One word, unique in the plan; `suite` in the trials. */
  name: z.string(),
  workload: workloadSpec,
  load: loadSpec,
  metrics: z.array(plannedMetric).min(1),
});
export type PlannedWorkload = z.infer<typeof plannedWorkload>;

/** Measured once for each side when the verdict is known, as far as the budget goes; described and never judged. */
const describedStage = z.strictObject({
  name: z.string(),
  workload: workloadSpec,
  load: loadSpec,
  sweep: sweepSpec,
});

export const side = z.strictObject({
  engine: z.string(),
  /** Launch plan under docker/stacks/; null: the engine's default one. */
  stack: z.string().nullable(),
});

/** What is decided, and by what: fixed before the first request. */
export const decisionPlan = z.strictObject({
  name: z.string(),
  question: z.string(),
  baseline: side,
  candidate: side,
  workloads: z.array(plannedWorkload).min(1),
  /** Pairs of the baseline against itself, before anything else: the noise floor is made of them (schema/verdict.ts, floorShare). */
  aaPairs: z.int().min(2).max(100),
  /** Valid pairs at which the data are looked at, ascending; the last is the most that are made. */
  lookPairs: z.array(z.int().min(2).max(1000)).min(1),
  /** Of a GO where the candidate is worse by the margin, and of a NO-GO where it is better than it, in all looks together. */
  alpha: z.number().positive().max(0.2),
  /**
   * What parts two blocks. 'flush': both sides are up and the prefix cache is emptied; 'restart': a side is brought up for
   * its blocks of a pair and taken down after them, so that both never share a card.
   */
  between: z.enum(['flush', 'restart']),
  /** Pairs that may be made again because a block was void. */
  spareRuns: z.int().min(0).max(100),
  /** Wall time with the stacks up, times the GPUs of the machine; null: no limit. */
  budgetGpuMinutes: z.number().positive().nullable(),
  /**
   * Asked of both sides before the blocks; GO needs the same answers of the roles in `required`. Null: not asked. `allow`: by
   * the name of a measure of parity (embed.cosine …), how far the sides may be apart although neither is from itself.
   */
  answers: z
    .strictObject({
      ask: examinationSpec,
      required: z.array(z.enum(roles)),
      allow: z.record(z.string(), z.number().min(0)).optional(),
    })
    .nullable(),
  describe: z.array(describedStage),
});
export type DecisionPlan = z.infer<typeof decisionPlan>;
