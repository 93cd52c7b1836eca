import type {Sample} from '../schema/sample.ts';

/** A part with its next sample. */
interface Head {
  readonly part: number;
  readonly rest: AsyncIterator<Sample, undefined>;
  sample: Sample;
}

const order = (one: Head, other: Head): number =>
  one.sample.trial - other.sample.trial || one.sample.endMs - other.sample.endMs || one.part - other.part;

/** Moves the head at `from` of a heap down to where none below it comes before it. */
const sink = (heads: Head[], from: number): void => {
  const moved = heads[from] as Head;
  let at = from;
  for (;;) {
    const [left, right] = [heads[2 * at + 1], heads[2 * at + 2]];
    if (left === undefined) break;
    const below = right !== undefined && order(right, left) < 0 ? right : left;
    if (order(below, moved) > 0) break;
    heads[at] = below;
    at = 2 * at + (below === left ? 1 : 2);
  }
  heads[at] = moved;
};

/**
 * Samples of several parts, trial by trial, in the order in which their requests ended; each part's own order is kept, and
 * of equals the earlier part's is first. Holds one sample of each part, however many they are, in a heap.
 */
export async function* mergeByEnd(
  parts: readonly AsyncIterator<Sample, undefined>[],
): AsyncGenerator<Sample, undefined> {
  const heads: Head[] = [];
  try {
    for (const [part, rest] of parts.entries()) {
      const {value: sample} = await rest.next();
      if (sample !== undefined) heads.push({part, rest, sample});
    }
    heads.sort(order); // which is a heap
    for (;;) {
      const [next] = heads;
      if (next === undefined) return;
      yield next.sample;
      const {value: sample} = await next.rest.next();
      if (sample !== undefined) next.sample = sample;
      else {
        const last = heads.pop() as Head;
        if (heads.length === 0) return;
        heads[0] = last;
      }
      sink(heads, 0);
    }
  } finally {
    for (const part of parts) await part.return?.(); // whoever wanted no more leaves their files open otherwise
  }
}
