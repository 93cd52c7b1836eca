import type {Sample} from '../../schema/sample.ts';

/** From the first send to the last end. */
export const wholeSeconds = (requests: readonly Pick<Sample, 'sentMs' | 'endMs'>[]): number => {
  let [startMs, endMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const request of requests) {
    startMs = Math.min(startMs, request.sentMs);
    endMs = Math.max(endMs, request.endMs);
  }
  return (endMs - startMs) / 1000;
};

/** Null as soon as one count is not known: a sum over some would read as one over all. */
export const totalOf = (counts: readonly (number | null)[]): number | null =>
  counts.reduce<number | null>((sum, count) => (sum === null || count === null ? null : sum + count), 0);
