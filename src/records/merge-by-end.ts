import type {Sample} from '../schema/sample.ts';

/**
 * Samples of several parts in the order in which their requests ended; each part's own order is kept, and of equals the
 * earlier part's is first. Holds one sample of each part.
 */
export async function* mergeByEnd(
  parts: readonly AsyncIterator<Sample, undefined>[],
): AsyncGenerator<Sample, undefined> {
  const heads: {sample: Sample; rest: AsyncIterator<Sample, undefined>}[] = [];
  for (const rest of parts) {
    const {value: sample} = await rest.next();
    if (sample !== undefined) heads.push({sample, rest});
  }
  for (;;) {
    let [next] = heads;
    if (next === undefined) return;
    for (const head of heads) if (head.sample.endMs < next.sample.endMs) next = head;
    yield next.sample;
    const {value: sample} = await next.rest.next();
    if (sample === undefined) heads.splice(heads.indexOf(next), 1);
    else next.sample = sample;
  }
}
