import {z} from 'zod';
import {clockOffset, shardPlace} from './shard.ts';
import {clientSeconds} from './trial.ts';
import {schemaVersion} from './version.ts';

const span = z.object({startMs: z.number(), endMs: z.number()});

/** JSON has no infinities and writes null: what never was is `never`. */
const orNever = (never: number) => z.union([z.number(), z.null().transform(() => never)]);
const first = orNever(Number.POSITIVE_INFINITY);
const last = orNever(Number.NEGATIVE_INFINITY);

const partOutcome = z.object({
  startedLateMs: z.number(),
  marks: z.object({
    requests: z.int(),
    inFlightMs: z.number(),
    lastSlotMs: last,
    firstDryMs: first,
    firstSentMs: first,
    firstEndMs: first,
    lastSentMs: last,
    lastEndMs: last,
  }),
  open: z
    .object({
      arrivals: z.int(),
      arrived: z.int(),
      planned: span.nullable(),
      actual: span.nullable(),
      ramp: z.object({startMs: z.number(), endMs: first}).nullable(),
      answers: z.int(),
      e2eMs: z.number(),
    })
    .nullable(),
  health: z.object({
    loopLagP99Ms: z.number().nullable(),
    loopLagMaxMs: z.number().nullable(),
    scheduleLagP99Ms: z.number().nullable(),
    cpuMs: z.number(),
    gcPauses: z.object({count: z.int(), totalMs: z.number(), maxMs: z.number()}),
    seconds: clientSeconds,
  }),
  inFlightMax: z.int(),
  prompts: z.object({promptTokens: z.number(), cachedPromptTokens: z.number(), untold: z.int()}),
  http: z.enum(['net', 'undici', 'autocannon']),
  connectionsOpened: z.int().nullable(),
  connectionsRefused: z.int(),
  switched: z.string().nullable(),
});

/** A ShardOutcome (load/shards/shard.ts) as JSON; read, it is one again. */
export const shardOutcome = z.object({
  place: shardPlace,
  host: z.string(),
  node: z.string().optional(),
  clock: clockOffset,
  startedLateMs: z.number(),
  beganAtMs: z.number(),
  counts: z.object({ok: z.int(), failed: z.int()}),
  parts: z.array(partOutcome).min(1),
  dataSums: z.array(z.int()),
});

/** An OutcomeByHand (load/shards/by-hand.ts) as JSON. */
const outcomeByHand = shardOutcome.extend({
  timeoutMs: z.number(),
  arrivalsHash: z.string().nullable(),
  serverStartedSeconds: z.number().nullable(),
  nextFromMs: z.number().nullable(),
});

/** shard.json: what stands beside the record of a run that is one shard of several. */
export const shardFile = z.object({
  schemaVersion: z.literal(schemaVersion),
  place: shardPlace,
  /** What --start-at said. */
  startAt: z.string(),
  /** Between the starts of two trials; null where none was given. */
  everySeconds: z.number().nullable(),
  /** One of each trial of the record, in its order. */
  outcomes: z.array(outcomeByHand),
});
export type ShardFile = z.infer<typeof shardFile>;
