import {FloatColumn} from '../schema/float-column.ts';
import type {OkSample} from '../schema/sample.ts';
import type {Trial} from '../schema/trial.ts';
import {summarise} from './percentile.ts';

export type LatencyFrom = Trial['latencyFrom'];

/** Null where the plan gave no time to count from. */
const startMs = ({scheduledMs, sentMs}: OkSample, from: LatencyFrom): number | null =>
  from === 'scheduled' ? scheduledMs : sentMs;

const elapsedMs = (fromMs: number | null, toMs: number | null): number | null =>
  fromMs === null || toMs === null ? null : toMs - fromMs;

/** Whether an answer came as one reply and not as a stream, of which every one has a first chunk. */
export const isWhole = ({firstChunkMs}: OkSample): boolean => firstChunkMs === null;

/** Milliseconds to the first token; null where nothing was streamed. */
export const ttftMs = (sample: OkSample, from: LatencyFrom): number | null =>
  elapsedMs(startMs(sample, from), sample.firstTokenMs);

/** Milliseconds to the last token of a stream (not to its usage and [DONE]), or to the end of a whole reply. */
export const e2eMs = (sample: OkSample, from: LatencyFrom): number | null =>
  elapsedMs(startMs(sample, from), sample.kind === 'chat' && !isWhole(sample) ? sample.lastTokenMs : sample.endMs);

/** Milliseconds per token after the first; null for a single token and where the server did not count. */
export const tpotMs = ({firstTokenMs, lastTokenMs, outputTokens}: OkSample): number | null =>
  firstTokenMs === null || lastTokenMs === null || outputTokens === null || outputTokens < 2
    ? null
    : (lastTokenMs - firstTokenMs) / (outputTokens - 1);

/**
 * Shows `see` the time between each token event and the one before it, with the tokens that it brought, 1 where that is
 * not known. The first event has none before it, and one that brought no token (text that completes an earlier one)
 * leaves its time to the next.
 */
export const eachTokenGap = (
  {tokenEventsMs, tokensPerEvent}: OkSample,
  see: (gapMs: number, tokens: number) => void,
): void => {
  let sinceMs: number | null = null;
  for (let event = 0; event < tokenEventsMs.length; event += 1) {
    const atMs: number = tokenEventsMs[event] ?? Number.NaN;
    const tokens = tokensPerEvent?.[event] ?? 1;
    if (sinceMs === null) sinceMs = atMs;
    else if (tokens > 0) {
      see(atMs - sinceMs, tokens);
      sinceMs = atMs;
    }
  }
};

/** Milliseconds between tokens: a gap that brought k of them is k gaps of a k-th each. */
export const tokenGapsMs = (sample: OkSample): number[] => {
  const gaps: number[] = [];
  eachTokenGap(sample, (gapMs, tokens) => {
    for (let token = 0; token < tokens; token += 1) gaps.push(gapMs / tokens);
  });
  return gaps;
};

/** Keeps what a request has; those that have none are not in a distribution. */
export const pushKnown = (values: FloatColumn, value: number | null): void => {
  if (value !== null) values.push(value);
};

/** TTFT and E2E of all answers, at 8 bytes a value. */
export class Latencies {
  readonly #from: LatencyFrom;
  readonly #ttftMs = new FloatColumn();
  readonly #e2eMs = new FloatColumn();

  constructor(from: LatencyFrom) {
    this.#from = from;
  }

  add(sample: OkSample): void {
    pushKnown(this.#ttftMs, ttftMs(sample, this.#from));
    pushKnown(this.#e2eMs, e2eMs(sample, this.#from));
  }

  summarise(): Pick<Trial, 'ttftMs' | 'e2eMs'> {
    return {ttftMs: summarise(this.#ttftMs.view), e2eMs: summarise(this.#e2eMs.view)};
  }
}
