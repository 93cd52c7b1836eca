import type {Distribution, Trial} from '../schema/record.ts';
import type {OkSample} from '../schema/sample.ts';
import {summarise} from './percentile.ts';

export type LatencyFrom = Trial['latencyFrom'];

/** Null where the plan gave no time to count from. */
const startMs = ({scheduledMs, sentMs}: OkSample, from: LatencyFrom): number | null =>
  from === 'scheduled' ? scheduledMs : sentMs;

const elapsedMs = (fromMs: number | null, toMs: number | null): number | null =>
  fromMs === null || toMs === null ? null : toMs - fromMs;

/** Milliseconds to the first token; null where nothing was streamed. */
export const ttftMs = (sample: OkSample, from: LatencyFrom): number | null =>
  elapsedMs(startMs(sample, from), sample.firstTokenMs);

/** Milliseconds to the last token of a stream (not to its usage and [DONE]), or to the end of a whole reply. */
export const e2eMs = (sample: OkSample, from: LatencyFrom): number | null =>
  elapsedMs(startMs(sample, from), sample.kind === 'chat' ? sample.lastTokenMs : sample.endMs);

/** Milliseconds per token after the first; null for a single token and where the server did not count. */
export const tpotMs = ({firstTokenMs, lastTokenMs, outputTokens}: OkSample): number | null =>
  firstTokenMs === null || lastTokenMs === null || outputTokens === null || outputTokens < 2
    ? null
    : (lastTokenMs - firstTokenMs) / (outputTokens - 1);

/**
 * Milliseconds between tokens. Where the tokens of every event are known, a gap that brought k of them is k gaps of a
 * k-th each, and an event that brought none (text that completes an earlier token) leaves its time to the next one.
 * Where they are not, a gap counts once.
 */
export const tokenGapsMs = ({tokenEventsMs, tokensPerEvent}: OkSample): number[] => {
  const gaps: number[] = [];
  let sinceMs: number | null = null;
  for (const [event, atMs] of tokenEventsMs.entries()) {
    const tokens: number = tokensPerEvent?.[event] ?? 1;
    if (sinceMs === null) sinceMs = atMs;
    else if (tokens > 0) {
      for (let token = 0; token < tokens; token += 1) gaps.push((atMs - sinceMs) / tokens);
      sinceMs = atMs;
    }
  }
  return gaps;
};

/** The distribution of what `read` finds in the samples, over those in which it finds something. */
export const distributionOf = (
  samples: readonly OkSample[],
  read: (sample: OkSample) => number | null,
): Distribution | null => summarise(samples.map(read).filter(value => value !== null));
