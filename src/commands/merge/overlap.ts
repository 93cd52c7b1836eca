import type {Finding} from '../../schema/finding.ts';
import {type ShardFolder, shardName} from './shard-folder.ts';
import {endedMs, sharesOf} from './shares.ts';

/** What shard 1 did to the server for the next trial while others were in trial `index`; null where they had ended. */
const overlapAfter = (shards: readonly ShardFolder[], index: number): string | null => {
  const [first, ...others] = sharesOf(shards, index);
  const nextMs = first?.outcome.nextFromMs ?? null;
  if (first === undefined || first.shard.place.index !== 0 || nextMs === null) return null;
  const still = others.filter(share => {
    const errorMs = first.outcome.clock.errorMs + share.outcome.clock.errorMs;
    return endedMs(share) + errorMs > nextMs;
  });
  if (still.length === 0) return null;
  const ends = still.map(share => `${shardName(share.shard)} until ${(endedMs(share) / 1000).toFixed(1)} s`).join(', ');
  return `${shardName(first.shard)} began to empty the caches and warm up for trial ${index + 2} when trial ${index + 1} had lasted ${(nextMs / 1000).toFixed(1)} s, and others were in it still: ${ends}`;
};

/** Of two trials that came too close both are void: requests of the one met those of the other. */
export const overlapFindings = (shards: readonly ShardFolder[], index: number): readonly Finding[] =>
  [overlapAfter(shards, index - 1), overlapAfter(shards, index)]
    .filter(message => message !== null)
    .map(message => ({
      code: 'shard-overlap',
      severity: 'void',
      message,
      hint: 'Raise --every, the same on every machine: longer than a trial takes on the slowest of them, and then its warm-up and 10 s.',
    }));
