import {failureKinds} from './failure-kinds.ts';
import {roles} from './request.ts';
import type {Sample} from './sample.ts';

const failureOf = (sample: Sample) => (sample.outcome === 'failed' ? sample.failure : null);

/**
 * The columns of a block of samples, one number a sample in each. Doubles hold every number of a sample to the last
 * digit, and NaN, which no sample has, stands for null. A kind is kept as its place in the schema's list, a text or a
 * list as its length.
 */
export const sampleColumns = {
  trial: ({trial}) => trial,
  index: ({index}) => index,
  kind: ({kind}) => roles.indexOf(kind),
  turn: ({turn}) => turn,
  items: ({items}) => items,
  scheduledMs: ({scheduledMs}) => scheduledMs,
  sentMs: ({sentMs}) => sentMs,
  firstByteMs: ({firstByteMs}) => firstByteMs,
  firstChunkMs: ({firstChunkMs}) => firstChunkMs,
  firstTokenMs: ({firstTokenMs}) => firstTokenMs,
  lastTokenMs: ({lastTokenMs}) => lastTokenMs,
  endMs: ({endMs}) => endMs,
  promptTokens: ({promptTokens}) => promptTokens,
  outputTokens: ({outputTokens}) => outputTokens,
  cachedPromptTokens: ({cachedPromptTokens}) => cachedPromptTokens,
  replyBytes: ({replyBytes}) => replyBytes,
  tokenEvents: ({tokenEventsMs}) => tokenEventsMs.length,
  tokensPerEvent: ({tokensPerEvent}) => tokensPerEvent?.length ?? null,
  idLength: ({id}) => id.length,
  sessionLength: ({session}) => session.length,
  finishReasonLength: ({finishReason}) => finishReason?.length ?? null,
  failureKind: sample => (sample.outcome === 'failed' ? failureKinds.indexOf(sample.failure.kind) : null),
  failureMessageLength: sample => failureOf(sample)?.message.length ?? null,
  failureStatus: sample => failureOf(sample)?.status ?? null,
} as const satisfies Readonly<Record<string, (sample: Sample) => number | null>>;

export type SampleColumn = keyof typeof sampleColumns;
export const sampleColumnNames = Object.keys(sampleColumns) as readonly SampleColumn[];

/** What follows one another in a block's text, sample by sample; null takes no room. */
export const sampleTexts = (sample: Sample): readonly (string | null)[] => [
  sample.id,
  sample.session,
  sample.finishReason,
  failureOf(sample)?.message ?? null,
];
