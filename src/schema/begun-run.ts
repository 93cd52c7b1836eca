import {z} from 'zod';
import {evidence} from './finding.ts';

/** How a run or a decision began and ended. */
export const begunRun = {
  /** 'running' in a file means that the harness died: the trials up to there are whole, and a decision goes on with --resume. */
  status: z.enum(['running', 'complete', 'interrupted', 'failed']),
  failure: z.object({code: z.string(), message: z.string()}).nullable(),
  evidence,
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  cutover: z.object({version: z.string(), gitCommit: z.string().nullable(), gitDirty: z.boolean().nullable()}),
  /** The words after `cutover`, as given. */
  command: z.array(z.string()),
};
