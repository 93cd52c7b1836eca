import {z} from 'zod';
import {failureKinds} from './failure-kinds.ts';
import {roles} from './request.ts';

/**
 * One measured request. All times are milliseconds on one monotonic clock, counted from the trial's start,
 * stamped when the bytes arrived and before any parsing. `null` is "did not happen" or "was not told", never 0.
 */
const common = {
  trial: z.int(),
  index: z.int(),
  id: z.string(),
  kind: z.enum(roles),
  session: z.string(),
  /** 1 for the first request of a session. */
  turn: z.int(),
  /** Texts or documents of the request; 1 for chat. */
  items: z.int(),
  /** When the plan said to send: open loop only. */
  scheduledMs: z.number().nullable(),
  sentMs: z.number(),
  /** First byte of the reply's head. */
  firstByteMs: z.number().nullable(),
  /** First SSE event, which may be an empty role delta. */
  firstChunkMs: z.number().nullable(),
  /** First SSE event with content or reasoning. */
  firstTokenMs: z.number().nullable(),
  lastTokenMs: z.number().nullable(),
  /** The reply was complete, or the request failed. */
  endMs: z.number(),
  /** Arrival of every event that carried tokens. */
  tokenEventsMs: z.array(z.number()),
  /** Tokens in each of those events, where the server says so in every event (continuous usage); else null. */
  tokensPerEvent: z.array(z.int()).nullable(),
  promptTokens: z.int().nullable(),
  outputTokens: z.int().nullable(),
  cachedPromptTokens: z.int().nullable(),
  finishReason: z.string().nullable(),
  replyBytes: z.int(),
};

const failure = z.object({
  kind: z.enum(failureKinds),
  message: z.string(),
  status: z.int().nullable(),
});
export type Failure = z.infer<typeof failure>;

export const sample = z.discriminatedUnion('outcome', [
  z.object({outcome: z.literal('ok'), ...common}),
  z.object({outcome: z.literal('failed'), failure, ...common}),
]);
export type Sample = z.infer<typeof sample>;
export type OkSample = Extract<Sample, {outcome: 'ok'}>;
