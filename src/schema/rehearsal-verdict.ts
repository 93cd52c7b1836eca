import {z} from 'zod';
import {arms} from './block.ts';
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

/** Of the kind of requests that was down longest. */
const roleDowntime = z.strictObject({
  role: z.enum(roles),
  downtimeMs: z.number(),
  /** Mean time between two of its requests, and the client's own lag: what is shorter may go unseen. */
  resolutionMs: z.number().nullable(),
});

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
      /** The longest stretch without an answer that began with a request sent in it. */
      downtimeMs: z.number(),
      /** The same for each kind of requests by itself. */
      downtimeByRoleMs: z.partialRecord(z.enum(roles), z.number()),
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
    /** Without any answer. The fault's begins with the first request that it broke: one that was on the way may have been sent before it. */
    cutoverDowntimeMs: z.number().nullable(),
    faultDowntimeMs: z.number().nullable(),
    rollbackDowntimeMs: z.number().nullable(),
    worstDowntimes: z.strictObject({
      cutover: roleDowntime.nullable(),
      fault: roleDowntime.nullable(),
      rollback: roleDowntime.nullable(),
    }),
  }),
  /** Requests that were not served, by where they belong. */
  unserved: z.array(
    z.strictObject({
      outcome: z.enum(['refused', 'failed', 'lost']),
      role: z.enum(roles),
      /** In which it was sent. */
      stage: z.enum(stageNames).nullable(),
      /** Who was asked last; null where nobody was. */
      target: z.enum(arms).nullable(),
      /** At the candidate: on the way when the fault struck, or asked of it after. */
      struck: z.enum(['in-flight', 'asked-after']).nullable(),
      /** The gateway's word for it. */
      code: z.string().nullable(),
      count,
    }),
  ),
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
