import type {OkSample} from '../../schema/sample.ts';
import type {WorkloadSpec} from '../../schema/workload.ts';
import {askedOutputTokens} from '../../stats/asked-output.ts';
import {ttftMs} from '../../stats/latency.ts';
import type {Weighted} from './spread.ts';

/** A completed request as guidellm/schemas/base/request_stats.py (0.8.1) sees it; null where nothing was streamed. */
export interface Completed {
  readonly latencySeconds: number;
  readonly ttftMs: number | null;
  /** Its mean gap, which counts as often as it has tokens after the first. */
  readonly itlMs: Weighted | null;
  /** From the send to the last token over all tokens, which counts as often as it has tokens. */
  readonly tpotMs: Weighted | null;
  readonly promptTokens: number | null;
  readonly outputTokens: number;
  /** 1 for the first event with text; the rest is shared evenly by the others. */
  readonly tokensPerEvent: readonly number[];
}

const shareOut = (tokens: number, events: number): number[] => {
  if (events <= 1) return [tokens];
  const others = tokens > 1 ? Array.from({length: events - 1}, () => (tokens - 1) / (events - 1)) : [];
  return [tokens > 0 ? 1 : 0, ...others];
};

/** Where the server does not count, the tokens are those that were asked for. */
export const completedOf = (sample: OkSample, workload: WorkloadSpec): Completed => {
  const {sentMs, endMs, firstTokenMs, lastTokenMs, promptTokens} = sample;
  const tokens = sample.outputTokens ?? askedOutputTokens(workload) ?? 0;
  const streamed = firstTokenMs !== null && lastTokenMs !== null;
  return {
    latencySeconds: (endMs - sentMs) / 1000,
    ttftMs: ttftMs(sample, 'sent'),
    itlMs: streamed ? [tokens > 1 ? (lastTokenMs - firstTokenMs) / (tokens - 1) : 0, tokens - 1] : null,
    tpotMs: streamed ? [tokens > 0 ? (lastTokenMs - sentMs) / tokens : 0, tokens] : null,
    promptTokens,
    outputTokens: tokens,
    tokensPerEvent: shareOut(tokens, sample.tokenEventsMs.length),
  };
};
