import {z} from 'zod';
import {begunRun} from './begun-run.ts';
import {block} from './block.ts';
import {finding} from './finding.ts';
import {decisionPlan} from './plan.ts';
import {machine} from './record.ts';
import {roles} from './request.ts';
import {schemaVersion} from './version.ts';

/** Whether both sides gave the same answers, for one kind of server. */
const answersOfRole = z.strictObject({
  role: z.enum(roles),
  outcome: z.enum(['same', 'differs', 'unknown']),
  /** One sentence, with the figure that decided. */
  detail: z.string(),
});
export type AnswersOfRole = z.infer<typeof answersOfRole>;

/** A stretch of the decision without an interruption. */
const sitting = z.strictObject({
  startedAt: z.string(),
  /** Null while it runs, and for good where the harness was killed. */
  endedAt: z.string().nullable(),
  /** Wall minutes with the stacks up times the machine's GPUs (1 where there is none), as of the last saved block. */
  gpuMinutes: z.number(),
  hostname: z.string(),
  gpuUuids: z.array(z.string()),
  driver: z.string().nullable(),
});
export type Sitting = z.infer<typeof sitting>;

/**
 * decision.json: how a decision was made, without its verdict. Beside it lie baseline/ and candidate/, two ordinary runs
 * (record.json, samples), blocks.jsonl, and what is computed from these alone: verdict.json and the reports.
 */
export const decision = z.object({
  schemaVersion: z.literal(schemaVersion),
  decisionId: z.string(),
  ...begunRun,
  machine,
  seed: z.int(),
  plan: decisionPlan,
  /** A stored run that the candidate was compared with, in place of a baseline measured beside it: weaker evidence. Else null. */
  storedBaseline: z.strictObject({runId: z.string(), startedAt: z.string()}).nullable(),
  sittings: z.array(sitting),
  /** In the order in which they ran. */
  blocks: z.array(block),
  answers: z.array(answersOfRole),
  /** About the decision as a whole. */
  findings: z.array(finding),
});
export type Decision = z.infer<typeof decision>;
