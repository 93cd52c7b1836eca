import type {TrialShard} from '../schema/shard.ts';
import type {Gate} from './gate.ts';
import {limits} from './limits.ts';
import {listed, nameOf} from './name-shards.ts';

/* Gates that ask whether all shards of a load were there, began together, and were not themselves the bottleneck. */

const worstFirst = <Of>(found: readonly Of[], figure: (one: Of) => number): readonly Of[] =>
  found.toSorted((one, other) => figure(other) - figure(one));

/** The numbers, from 0, of the shards that are not among those of so many. */
export const missingShards = (of: number, present: readonly {readonly index: number}[]): readonly number[] => {
  const there = new Set(present.map(({index}) => index));
  return Array.from({length: of}, (_, index) => index).filter(index => !there.has(index));
};

export const shardMissing: Gate = ({trial: {shards}}) => {
  const missing = shards === null ? [] : missingShards(shards.of, shards.parts);
  if (shards === null || missing.length === 0) return null;
  return {
    code: 'shard-missing',
    severity: 'void',
    message: `${missing.length} of ${shards.of} shards are missing (limit 0): ${listed(missing.map(index => `shard ${index + 1}`))}. What is here is a part of the load`,
    hint: 'Name the folders of all shards where they are joined by hand. Where one was lost see why, and measure again with all of them: the others cannot wait for one that is repeated.',
  };
};

/** How far from the agreed start a shard's clock may have begun, at worst. */
const worstLateMs = ({startedLateMs, clock}: TrialShard): number => Math.abs(startedLateMs) + clock.errorMs;

export const shardLate: Gate = ({trial: {shards}}) => {
  const late = worstFirst(
    (shards?.parts ?? []).filter(shard => worstLateMs(shard) > limits.shardLateMs),
    worstLateMs,
  );
  if (late.length === 0) return null;
  const words = late.map(
    shard =>
      `${nameOf(shard)} ${Math.abs(shard.startedLateMs).toFixed(1)} ms ${shard.startedLateMs < 0 ? 'before' : 'after'} it, ± ${shard.clock.errorMs.toFixed(1)} ms`,
  );
  return {
    code: 'shard-late',
    severity: 'void',
    message: `The shards did not begin together (limit ${limits.shardLateMs} ms from the agreed start, the clock's error included): ${listed(words)}`,
    hint: "Leave more time before --start-at, stop other programs on that machine, and let its clock be set by the same time servers; a large error comes of a slow way to the server's Date.",
  };
};

/** What a shard's own client kept its requests waiting, the figures that are over the limit; empty where it was no bottleneck. */
const lagsOf = ({counts, loopLagP99Ms, scheduleLagP99Ms}: TrialShard): readonly string[] => {
  const {lagP99Ms} = limits;
  // Not sampled is a share of a few ms, or a loop that was blocked throughout.
  if (loopLagP99Ms === null && counts.ok + counts.failed > 0) return ['event loop not sampled'];
  const over = (ms: number | null): ms is number => ms !== null && ms > lagP99Ms;
  return [
    ...(over(loopLagP99Ms) ? [`event loop ${loopLagP99Ms.toFixed(1)} ms`] : []),
    ...(over(scheduleLagP99Ms) ? [`sends ${scheduleLagP99Ms.toFixed(1)} ms after their time`] : []),
  ];
};

export const shardSaturated: Gate = ({trial: {shards, load}}) => {
  const saturated = worstFirst(
    (shards?.parts ?? []).filter(shard => lagsOf(shard).length > 0),
    ({loopLagP99Ms, scheduleLagP99Ms}) => Math.max(loopLagP99Ms ?? Number.POSITIVE_INFINITY, scheduleLagP99Ms ?? 0),
  );
  if (saturated.length === 0) return null;
  const bounded = load.mode === 'open' && load.maxInFlight !== null;
  return {
    code: 'shard-saturated',
    severity: 'void',
    message: `Shards were the bottleneck of their share: lag at p99 (limit ${limits.lagP99Ms} ms) of ${listed(saturated.map(shard => `${nameOf(shard)}: ${lagsOf(shard).join(', ')}`))}`,
    hint: `Give these machines more cores or nothing else to do, raise --workers there, or cut the load into more shards${bounded ? '; where all places in flight were taken, raise --max-in-flight' : ''}.`,
  };
};
