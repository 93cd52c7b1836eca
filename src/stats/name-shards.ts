import type {TrialShard} from '../schema/shard.ts';

/** Of a thousand shards only so many are named; the record has the rest. */
const mostNamed = 5;

/** Joined, as far as they are not too many. */
export const listed = (words: readonly string[]): string => {
  const more = words.length - mostNamed;
  return `${words.slice(0, mostNamed).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
};

/** Counted from 1, as on the command line. */
export const nameOf = ({index, host}: Pick<TrialShard, 'index' | 'host'>): string => `shard ${index + 1} (${host})`;
