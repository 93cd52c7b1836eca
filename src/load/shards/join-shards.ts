import type {TrialShard} from '../../schema/shard.ts';
import {DataHash} from '../../workloads/data-hash.ts';
import {joinHealth} from '../client-health.ts';
import {machineNow} from '../clock.ts';
import {joinParts} from '../join-parts.ts';
import type {Loaded, LoadPlan} from '../run-load.ts';
import type {ShardOutcome} from './shard.ts';

/** The most that one machine's threads had in flight together: they count together, and each saw all of them. */
const inFlightMaxOf = ({parts}: ShardOutcome): number => Math.max(...parts.map(({inFlightMax}) => inFlightMax));

const sentOf = ({counts}: ShardOutcome): number => counts.ok + counts.failed;

export const trialShardOf = (outcome: ShardOutcome): TrialShard => {
  const {loopLagP99Ms, scheduleLagP99Ms} = joinHealth(outcome.parts.map(({health}) => health));
  return {
    index: outcome.place.index,
    host: outcome.host,
    ...(outcome.node !== undefined && {node: outcome.node}),
    workers: outcome.parts.length,
    counts: outcome.counts,
    startedLateMs: outcome.startedLateMs,
    clock: outcome.clock,
    loopLagP99Ms,
    scheduleLagP99Ms,
    inFlightMax: inFlightMaxOf(outcome),
  };
};

/**
 * What the shards of one load came to together, as if one machine had put it on: what they counted is added up, and times
 * are on the clock that they have in common, so that nothing is shifted. At least one of the `of` shards; those that are
 * missing are missing from it, and what they were to send is unsent. `inFlightMax` is the sum of theirs, and so the most
 * that there can have been: no two machines count together.
 */
export const joinShards = (outcomes: readonly ShardOutcome[], of: number, {load}: Pick<LoadPlan, 'load'>): Loaded => {
  const shards = outcomes.toSorted((one, other) => one.place.index - other.place.index);
  const sum = (read: (shard: ShardOutcome) => number) => shards.reduce((total, shard) => total + read(shard), 0);
  const dataHash = new DataHash();
  for (const {dataSums} of shards) dataHash.merge(dataSums);
  const beganAtMs = Math.min(...shards.map(shard => shard.beganAtMs));
  // As far as this machine's wall clock is right.
  const beganMs = machineNow() - (Date.now() - beganAtMs);
  const joined = joinParts(
    shards.flatMap(({parts}) => parts),
    {load, sent: sum(sentOf), beganMs},
  );
  return {
    ...joined,
    startedAt: new Date(beganAtMs),
    client: {...joined.client, inFlightMax: sum(inFlightMaxOf)},
    dataHash: dataHash.digest(),
    shards: {of, parts: shards.map(trialShardOf)},
  };
};
