import {z} from 'zod';
import {stageNames} from './rehearsal.ts';
import {roles} from './request.ts';
import {verdictNames} from './verdict.ts';
import {schemaVersion} from './version.ts';

const count = z.int().min(0);
const seconds = z.number().nullable();

/** Every request of the load, by the client: sent = served + refused + failed + lost. */
const accounting = z.strictObject({
  sent: count,
  served: count,
  refused: count,
  failed: count,
  /** Without an end, or with one that only one side knows of. */
  lost: count,
  /** Ids that were answered, or executed, more than once. */
  duplicated: count,
});
export type Accounting = z.infer<typeof accounting>;

const ended = z.strictObject({
  /** What the numbers alone say; `verdict` caps a simulated GO at INCONCLUSIVE. */
  statistics: z.enum(verdictNames),
  verdict: z.enum(verdictNames),
  /** The first one is the sentence beside the verdict. */
  reasons: z.array(z.string()).min(1),
});

const check = z.strictObject({
  /** One kebab-case word, stable across versions. */
  code: z.string(),
  of: z.enum(['migration', 'rollback', 'both']),
  outcome: z.enum(['pass', 'fail', 'inconclusive', 'void', 'not-asked']),
  /** One sentence with the figure and the limit. */
  detail: z.string(),
});
export type RehearsalCheck = z.infer<typeof check>;

const latencies = z.strictObject({p50Ms: z.number().nullable(), p99Ms: z.number().nullable()});

/** verdict.json of a rehearsal: computed from rehearsal.json and the journals alone, to the same bytes each time. */
export const rehearsalVerdict = z.object({
  schemaVersion: z.literal(schemaVersion),
  rehearsalId: z.string(),
  migration: ended,
  rollback: ended,
  checks: z.array(check),
  accounting,
  /** What each side counted, and where they differ; each difference is a sentence. */
  accounts: z.strictObject({
    client: accounting,
    gateway: z.strictObject({
      taken: count,
      served: count,
      refused: count,
      failed: count,
      gone: count,
      asked: count,
      mirrored: count,
    }),
    engines: z.array(
      z.strictObject({
        name: z.string(),
        by: z.enum(['ids', 'counters', 'none']),
        finished: count.nullable(),
        expected: count.nullable(),
      }),
    ),
    agree: z.boolean(),
    differences: z.array(z.string()),
  }),
  /** Milliseconds from the rehearsal's start. */
  stages: z.array(
    z.strictObject({
      name: z.enum(stageNames),
      startMs: z.number(),
      endMs: z.number().nullable(),
      outcome: z.string(),
      requests: accounting,
      /** The longest stretch without an answer, between requests that were sent. */
      downtimeMs: z.number(),
      e2e: z.partialRecord(z.enum(roles), latencies),
      ttft: latencies.nullable(),
      /** Highest reading in it, by side; null where it is not known. */
      vramMiB: z.strictObject({baseline: z.number().nullable(), candidate: z.number().nullable()}),
      hostMiB: z.strictObject({baseline: z.number().nullable(), candidate: z.number().nullable()}),
    }),
  ),
  times: z.strictObject({
    detectSeconds: seconds,
    rollbackSeconds: seconds,
    recoverSeconds: seconds,
    cutoverDowntimeMs: z.number().nullable(),
    faultDowntimeMs: z.number().nullable(),
    rollbackDowntimeMs: z.number().nullable(),
  }),
  /** After ÷ before, by what was measured; TOST at the plan's alpha. */
  equivalence: z.array(
    z.strictObject({
      metric: z.string(),
      ratio: z.number(),
      low: z.number(),
      high: z.number(),
      marginShare: z.number(),
      equivalent: z.boolean(),
    }),
  ),
  /** What of the baseline is the same as before: image digest, arguments, model, version, answers. */
  identity: z.array(z.strictObject({what: z.string(), before: z.string(), after: z.string(), same: z.boolean()})),
});
export type RehearsalVerdict = z.infer<typeof rehearsalVerdict>;
