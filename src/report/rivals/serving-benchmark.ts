import type {Sample} from '../../schema/sample.ts';
import {type Spread, spreadOf} from './spread.ts';
import {totalOf, wholeSeconds} from './whole-run.ts';

/** A request that counts as a success, as the two clients keep it. Times in ms. */
export interface Served {
  readonly startMs: number;
  readonly latencyMs: number;
  /** Arrivals of the chunks that it counts, the first of which is its TTFT. */
  readonly chunksMs: readonly number[];
  /** Null where only a tokenizer of the client's own could tell. */
  readonly promptTokens: number | null;
  readonly outputTokens: number | null;
}

/** What vLLM's client and SGLang's, which was made from it, compute alike. */
export interface ServingNumbers {
  readonly completed: number;
  readonly seconds: number;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly ttftMs: Spread;
  /** Null where the tokens of some request are not known. */
  readonly tpotMs: Spread | null;
  readonly itlMs: Spread;
  readonly latencyMs: Spread;
  readonly peakChunksPerSecond: number;
  readonly peakRequests: number;
  /** Latencies over the time that passed. */
  readonly concurrency: number;
}

const ttftOf = ({startMs, chunksMs: [first]}: Served) => (first === undefined ? 0 : first - startMs);

const gapsOf = ({chunksMs}: Served) => chunksMs.slice(1).map((atMs, before) => atMs - (chunksMs[before] ?? atMs));

/** The most that falls into one whole second, counted from the first start. */
const busiest = (seconds: Iterable<number>): number => {
  const counts = new Map<number, number>();
  for (const second of seconds) counts.set(second, (counts.get(second) ?? 0) + 1);
  return Math.max(0, ...counts.values());
};

const peaks = (served: readonly Served[]) => {
  const startMs = served.reduce((first, request) => Math.min(first, request.startMs), Number.POSITIVE_INFINITY);
  const second = (atMs: number) => Math.floor((atMs - startMs) / 1000);
  // A request without any chunk has a TTFT of 0 there, and thus one at its start.
  const chunks = served.flatMap(request => (request.chunksMs.length === 0 ? [request.startMs] : request.chunksMs));
  const active = served.flatMap(request => {
    const first = second(request.startMs);
    return Array.from({length: second(request.startMs + request.latencyMs) - first + 1}, (_, after) => first + after);
  });
  return {peakChunksPerSecond: busiest(chunks.map(second)), peakRequests: busiest(active)};
};

/** `served` are those of `samples` that count as successes, at least one. */
export const servingNumbers = (served: readonly Served[], samples: readonly Sample[]): ServingNumbers => {
  const seconds = wholeSeconds(samples);
  const inputTokens = totalOf(served.map(({promptTokens}) => promptTokens));
  const outputTokens = totalOf(served.map(request => request.outputTokens));
  const tpotsMs = served.flatMap(request =>
    request.outputTokens !== null && request.outputTokens > 1
      ? (request.latencyMs - ttftOf(request)) / (request.outputTokens - 1)
      : [],
  );
  const latencyMs = spreadOf(served.map(request => request.latencyMs));
  return {
    completed: served.length,
    seconds,
    inputTokens,
    outputTokens,
    ttftMs: spreadOf(served.map(ttftOf)),
    tpotMs: outputTokens === null ? null : spreadOf(tpotsMs),
    itlMs: spreadOf(served.flatMap(gapsOf)),
    latencyMs,
    ...peaks(served),
    concurrency: (latencyMs.mean * served.length) / 1000 / seconds,
  };
};

/** Per second of the whole run; null for a count that is not known. */
export const overRun = (count: number | null, {seconds}: ServingNumbers): number | null =>
  count === null ? null : count / seconds;
