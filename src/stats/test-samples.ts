import type {FailureKind} from '../schema/failure-kinds.ts';
import type {OkSample, Sample} from '../schema/sample.ts';

/**
 * Samples for tests. A streamed chat answer: sent at 0, tokens at 50, 60, 70 and 80 ms, over at 81 ms; the plan said to
 * send it 5 ms before it left.
 */
export const chatSample = (changes: Partial<OkSample> = {}): OkSample => ({
  outcome: 'ok',
  trial: 0,
  index: 0,
  id: 'r0',
  kind: 'chat',
  session: 's0',
  turn: 1,
  items: 1,
  scheduledMs: -5,
  sentMs: 0,
  firstByteMs: 40,
  firstChunkMs: 45,
  firstTokenMs: 50,
  lastTokenMs: 80,
  endMs: 81,
  tokenEventsMs: [50, 60, 70, 80],
  tokensPerEvent: null,
  promptTokens: 100,
  outputTokens: 4,
  cachedPromptTokens: 0,
  finishReason: 'length',
  replyBytes: 1000,
  ...changes,
});

/** The same answer, sent at another time. */
export const chatSampleAt = (sentMs: number, changes: Partial<OkSample> = {}): OkSample =>
  chatSample({
    scheduledMs: sentMs - 5,
    sentMs,
    firstByteMs: sentMs + 40,
    firstChunkMs: sentMs + 45,
    firstTokenMs: sentMs + 50,
    lastTokenMs: sentMs + 80,
    endMs: sentMs + 81,
    tokenEventsMs: [50, 60, 70, 80].map(afterMs => sentMs + afterMs),
    ...changes,
  });

/** A whole reply with `items` vectors, sent at 0 and complete at 20 ms. */
export const embedSample = (changes: Partial<OkSample> = {}): OkSample =>
  chatSample({
    kind: 'embed',
    items: 8,
    scheduledMs: null,
    firstByteMs: 15,
    firstChunkMs: null,
    firstTokenMs: null,
    lastTokenMs: null,
    endMs: 20,
    tokenEventsMs: [],
    outputTokens: null,
    cachedPromptTokens: null,
    finishReason: null,
    ...changes,
  });

/** A request that got one token and then failed. */
export const failedSample = (kind: FailureKind, message: string, changes: Partial<OkSample> = {}): Sample => ({
  ...chatSample({tokenEventsMs: [50], lastTokenMs: 50, outputTokens: null, ...changes}),
  outcome: 'failed',
  failure: {kind, message, status: null},
});
