import {z} from 'zod';
import {sweepSpec} from './suite.ts';

/** What a sweep came to. Its trials are named after the stage, with the level behind an @. */
export const sweep = z.object({
  stage: z.string(),
  repetition: z.int(),
  spec: sweepSpec,
  levels: z.array(
    z.object({
      trial: z.int(),
      /** Requests in flight, or requests a second. */
      level: z.number(),
      /** Tokens a second for chat, texts or documents a second for the others. */
      throughput: z.number().nullable(),
      ttftP99Ms: z.number().nullable(),
      /** Share of all requests that met every limit of the SLO; null without one. */
      goodShare: z.number().nullable(),
    }),
  ),
  /** The level from which more load brings no more throughput, or the highest rate that met the SLO; null: not found. */
  found: z.object({level: z.number(), throughput: z.number()}).nullable(),
  /** Why it ended; 'not over' while it goes on, and `broken off: …` where the run ended before it. */
  stopped: z.string(),
});
export type Sweep = z.infer<typeof sweep>;
