import {z} from 'zod';

/** Of the time in which the trial sends: 0.4 is after two fifths of it. */
const atShare = z.number().positive().max(1);

/** What is done to the stack in the middle of a trial. */
const disturbanceSpec = z.discriminatedUnion('kind', [
  /** The server gets other weights than it was started with. */
  z.strictObject({
    kind: z.literal('weights'),
    /** An adapter, asked for by its name; the weights of another folder, in the running server; a server that is started anew with them. */
    method: z.enum(['lora', 'disk', 'restart']),
    /** Whether the server is told to empty its prefix cache with it; null where nothing is said. */
    flush: z.boolean().nullable(),
    atShare,
  }),
  /** The server gives its GPU memory back for a while, as one GPU is shared with a training. */
  z.strictObject({kind: z.literal('sleep'), asleepSeconds: z.number().positive(), atShare}),
  /** A member is killed, and started again. */
  z.strictObject({kind: z.literal('outage'), member: z.string(), downSeconds: z.number().positive(), atShare}),
]);
export type DisturbanceSpec = z.infer<typeof disturbanceSpec>;
export type WeightsSpec = Extract<DisturbanceSpec, {kind: 'weights'}>;

/** One thing that was done, to one server, in order; times are ms on the trial's clock, as the samples have them. */
const step = z.object({
  /** For example "load the adapter step-2". */
  what: z.string(),
  /** Of a stack of several servers: which one; null where there is one alone. */
  member: z.string().nullable(),
  /** `POST /load_lora_adapter`; null where it is no request. */
  request: z.string().nullable(),
  startMs: z.number(),
  endMs: z.number(),
  /** The server's own words, or why it did not work; null where there is nothing to say. */
  said: z.string().nullable(),
  ok: z.boolean(),
});
export type DisturbanceStep = z.infer<typeof step>;

/**
 * The load's own requests of one stretch of the trial: `before` has those that ended before the first step, `after` those that were due (in
 * a closed loop: sent) when all was over, and `during` all others, which were in flight at some time of it.
 */
const stretch = z.object({
  startMs: z.number(),
  endMs: z.number(),
  ok: z.int(),
  failed: z.int(),
  /** Successful ones whose E2E was above `delayedBeyondMs`; null where that is. */
  delayed: z.int().nullable(),
  ttftP50Ms: z.number().nullable(),
  ttftMaxMs: z.number().nullable(),
  e2eP50Ms: z.number().nullable(),
  e2eMaxMs: z.number().nullable(),
  /** Tokens that arrived in this stretch, whenever their requests were sent; null where it has no length. */
  outputTokensPerSecond: z.number().nullable(),
  /** Sums over its successful requests; null where the server did not tell of each. */
  promptTokens: z.int().nullable(),
  cachedPromptTokens: z.int().nullable(),
});
export type Stretch = z.infer<typeof stretch>;

/** What asking one short prompt again and again beside the load came to. Its requests are in no other number of the trial but the servers' counters. */
const probe = z.object({
  everyMs: z.number(),
  outputTokens: z.int(),
  asked: z.int(),
  /** Refused or broken: an adapter is asked for before it is there. */
  failed: z.int(),
  /** Of all its answers; null where the server did not tell of each. */
  promptTokens: z.int().nullable(),
  /** Different answers while only the old weights were there, and when only the new ones could be: a batch's other requests may change an answer. */
  answersBefore: z.int(),
  answersAfter: z.int(),
  /** Whether none of before is among those of after: otherwise nothing can be said of when the new weights answered. */
  apart: z.boolean(),
  /** The longest time between the ends of two of its answers, from the load's begin on; null where there were not two. */
  longestGapMs: z.number().nullable(),
});
export type ProbeResult = z.infer<typeof probe>;

/** Cached tokens of one and the same prompt, which nothing else asks: asked twice right before, and once right after. */
const kept = z.object({
  /** Whom it was asked after: the weights of before, where they are still served, or the new ones. */
  of: z.enum(['old', 'new']),
  promptTokens: z.int().nullable(),
  beforeTokens: z.int().nullable(),
  afterTokens: z.int().nullable(),
  /** Null where the server does not tell, or had not cached it before. */
  cache: z.enum(['kept', 'lost']).nullable(),
});
export type KeptCache = z.infer<typeof kept>;

const memory = z.object({
  /** In use on all cards together by nvidia-smi, or what simulated servers say they took. */
  from: z.enum(['nvidia-smi', 'simulated']),
  beforeMiB: z.number(),
  /** While it went on: the most, and the least where a server sleeps, restarts or is gone; null where it was too short to be read. */
  duringMiB: z.number().nullable(),
  afterMiB: z.number(),
});
export type DisturbanceMemory = z.infer<typeof memory>;

const outage = z.object({
  member: z.string(),
  /** From the kill to the sending of the last request that failed before it was back; 0 where only those failed that were on their way, null where none did. */
  routedAwayMs: z.number().nullable(),
  /** From the start of the new process until it was ready. */
  readyMs: z.number().nullable(),
  /** From ready until it had finished a request again, by its own counter; null if it did not, or does not tell. */
  servedAgainMs: z.number().nullable(),
  /** Requests that each server finished, by its own counter: until the kill, until it was ready again, and from then to the trial's end. */
  members: z.array(
    z.object({
      name: z.string(),
      before: z.int().nullable(),
      during: z.int().nullable(),
      after: z.int().nullable(),
    }),
  ),
});
export type OutageResult = z.infer<typeof outage>;

/** What was done to the stack in a trial, and what came of it. */
export const disturbance = z.object({
  spec: disturbanceSpec,
  steps: z.array(step),
  /** From the first step's start to the last one's end. */
  startMs: z.number(),
  endMs: z.number(),
  /** From the call that brings the new weights to the end of the first answer that only they give; null if none came or none can be told. */
  effectMs: z.number().nullable(),
  /** The 99th percentile (below 100 requests the longest) of E2E before; null where nothing ended before. */
  delayedBeyondMs: z.number().nullable(),
  /** `during` ends when the last step had ended, the new weights had answered and the member served again. */
  before: stretch,
  during: stretch,
  after: stretch,
  probe: probe.nullable(),
  kept: z.array(kept),
  memory: memory.nullable(),
  outage: outage.nullable(),
});
export type Disturbance = z.infer<typeof disturbance>;
