import type {TraceIndex} from '../schema/trace.ts';
import {PrefixFilter} from './prefix-filter.ts';
import {traceRows} from './trace-rows.ts';

/** More are not kept track of: some 10 MB. */
const mostSessions = 100_000;

/**
 * How much of the first `count` prompts of a trace a prefix cache would have that forgets nothing and has a prompt from
 * the moment it comes: what a real cache can at best come to. Cached tokens over all tokens of the prompts (0…1), in the
 * trace's own tokens: by whole blocks where it has hash ids, else by what sessions said before. Null where there are more
 * sessions than can be kept track of.
 */
export const endlessShare = (index: TraceIndex, blockTokens: number, count: number): number | null => {
  const rowAt = traceRows(index);
  const seen = new PrefixFilter(Math.min(count, index.rows));
  const longest = new Map<string, number>();
  let [promptTokens, cachedTokens] = [0, 0];
  for (let number = 0; number < count; number += 1) {
    const row = rowAt(number);
    if (row === null) break;
    promptTokens += row.promptTokens;
    if (row.hashIds.length > 0) cachedTokens += Math.min(seen.add(row.hashIds) * blockTokens, row.promptTokens);
    else if (row.session !== null) {
      const before = longest.get(row.session) ?? 0;
      cachedTokens += Math.min(before, row.promptTokens);
      longest.set(row.session, Math.max(before, row.promptTokens));
      if (longest.size > mostSessions) return null;
    }
  }
  return promptTokens === 0 ? null : cachedTokens / promptTokens;
};
