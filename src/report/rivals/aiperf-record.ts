import type {Sample} from '../../schema/sample.ts';

/** A request that it takes for valid: an error inside a stream is data to it, and a chunk without content. */
export const isValid = (sample: Sample): boolean =>
  sample.outcome === 'ok' || (sample.failure.kind === 'error-event' && sample.tokenEventsMs.length > 0);

/**
 * Of one valid request what aiperf/metrics/types/ (0.13.0) make of it, a file each; null where it has none, or where only
 * a tokenizer could tell. `endMs` is the arrival of its last content, on the trial's clock; the others are durations.
 */
export const recordOf = (sample: Sample) => {
  const {kind, sentMs, tokenEventsMs, promptTokens, outputTokens} = sample;
  const [first = null, second = null] = tokenEventsMs;
  const endMs = kind === 'chat' ? (sample.lastTokenMs ?? sample.endMs) : sample.endMs;
  const latencyMs = endMs - sentMs;
  const decodeMs = first === null ? null : endMs - first;
  const itlMs = decodeMs === null || outputTokens === null || outputTokens < 2 ? null : decodeMs / (outputTokens - 1);
  return {
    sentMs,
    endMs,
    ttftMs: first === null ? null : first - sentMs,
    ttstMs: first === null || second === null ? null : second - first,
    latencyMs,
    decodeMs,
    itlMs,
    /** 0 is no value there, as no time is no rate. */
    tokensPerSecondAfterFirst: itlMs === null || itlMs === 0 ? null : 1000 / itlMs,
    tokensPerSecond: outputTokens === null || latencyMs === 0 ? null : (outputTokens * 1000) / latencyMs,
    promptTokens,
    outputTokens,
  };
};
export type AiperfRecord = ReturnType<typeof recordOf>;

/** What every request that has such a value has. */
export const valuesOf = (records: readonly AiperfRecord[], key: keyof AiperfRecord): number[] =>
  records.map(record => record[key]).filter(value => value !== null);
