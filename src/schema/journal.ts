import {z} from 'zod';
import {arms} from './block.ts';
import {roles} from './request.ts';

/**
 * How a request ended. 'refused': 429 or 503 with retry advice, nothing was done; 'failed': an answer that says that there is none, or
 * a stream that says that it broke; 'lost': no end at all (a torn connection, no reply in time).
 */
export const requestOutcomes = ['served', 'refused', 'failed', 'lost'] as const;
export type RequestOutcome = (typeof requestOutcomes)[number];

/** Milliseconds of the machine's monotonic clock, which every process and container reads alike (load/clock.ts). */
const ms = z.number();

/** A line of client.jsonl, or of a load pod's client.1.1.jsonl: a request of the rehearsal's load, when it was sent (first line) and when it ended (second one). */
export const clientLine = z.discriminatedUnion('event', [
  z.strictObject({
    event: z.literal('sent'),
    id: z.string(),
    part: z.string(),
    kind: z.enum(roles),
    scheduledMs: ms,
    sentMs: ms,
  }),
  z.strictObject({
    event: z.literal('ended'),
    id: z.string(),
    part: z.string(),
    kind: z.enum(roles),
    outcome: z.enum(requestOutcomes),
    /** Null where no head came. */
    status: z.int().nullable(),
    /** What failed, in a few words; null where it was served. */
    reason: z.string().nullable(),
    /** False where no connection was there to write it to, so that nobody can have taken it; absent where it left. */
    left: z.literal(false).optional(),
    scheduledMs: ms,
    sentMs: ms,
    firstByteMs: ms.nullable(),
    /** Of streamed chat. */
    firstTokenMs: ms.nullable(),
    endMs: ms,
  }),
]);
export type ClientLine = z.infer<typeof clientLine>;
export type ClientEnded = Extract<ClientLine, {event: 'ended'}>;

/** A line of gateway.jsonl: a request that the gateway has taken, written when it ended. Nothing of what was asked or answered. */
export const gatewayLine = z.strictObject({
  /** From 1, in the order in which they ended. */
  seq: z.int().min(1),
  id: z.string(),
  kind: z.enum(roles),
  /** Who was asked; null where nobody was. */
  target: z.enum(arms).nullable(),
  /** A copy whose answer nobody got (shadow); it has the same id as the request. */
  mirror: z.boolean(),
  /** As above, 'lost' being 'gone': the caller went away before the answer was whole. */
  outcome: z.enum(['served', 'refused', 'failed', 'gone']),
  status: z.int(),
  /** Of the refusal; null where it was served. */
  code: z.string().nullable(),
  receivedMs: ms,
  /** When it was sent to the target; null where it was not. */
  askedMs: ms.nullable(),
  /** First byte of the target's answer; null where none came. */
  firstByteMs: ms.nullable(),
  endMs: ms,
  /** How often a target was asked: 2 where the first one refused the connection and the standby was asked. */
  asked: z.int().min(0),
  /** Texts or documents; 1 for chat. */
  items: z.int().min(1),
});
export type GatewayLine = z.infer<typeof gatewayLine>;

/** What an engine says of the requests it has had since it started. */
export const engineAccount = z.strictObject({
  /** 'ids': each request by its id (the simulated engine); 'counters': /metrics; 'none': it does not tell. */
  by: z.enum(['ids', 'counters', 'none']),
  /** How often each id was executed, and how it ended there; empty where it does not tell ids. */
  requests: z.array(z.strictObject({id: z.string(), kind: z.enum(roles), endMs: ms, outcome: z.string()})),
  /** Finished sequences by role: one for each text, document or chat; null where it does not tell. */
  finished: z.partialRecord(z.enum(roles), z.int().nullable()),
});
export type EngineAccount = z.infer<typeof engineAccount>;
