import {z} from 'zod';
import {evidence} from './finding.ts';
import {examinationSpec} from './suite.ts';

const check = z.object({
  /** Stable across versions and runs: checks of two records are compared by it. */
  id: z.string(),
  /** What was asked for, as a sentence. */
  title: z.string(),
  /** 'unknown': it could not be told; 'note': there is no right answer, this is the one that was given. */
  outcome: z.enum(['pass', 'fail', 'unknown', 'note']),
  /** What was seen. */
  detail: z.string(),
  /** The smallest input that shows it; null where none is needed. */
  example: z.string().nullable(),
});
export type Check = z.infer<typeof check>;

/** Questions asked once each. What was answered is in `answersFile`, one line each. */
export const examination = z.object({
  stage: z.string(),
  spec: examinationSpec,
  repetition: z.int(),
  evidence,
  startedAt: z.string(),
  durationMs: z.number(),
  /** In the run's folder. */
  answersFile: z.string(),
  questions: z.int(),
  /** Of the questions: equal hashes were asked the same. */
  dataHash: z.string(),
  /** The smallest input first. */
  checks: z.array(check),
  /** What came out as numbers, by name (A/A differences, limits in tokens …); null where not told. */
  measures: z.record(z.string(), z.number().nullable()),
});
export type Examination = z.infer<typeof examination>;
