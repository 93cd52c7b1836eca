import type {ShardPlace} from '../../schema/shard.ts';
import {DataHash} from '../../workloads/data-hash.ts';
import {requestsOfEach} from '../../workloads/index.ts';
import {joinParts} from '../join-parts.ts';
import type {LoadGround} from '../load-ground.ts';
import type {Loaded, LoadPlan} from '../run-load.ts';
import {machineMsAt, measureDateOffset} from './clock-offset.ts';
import {trialShardOf} from './join-shards.ts';
import {prepareShard} from './prepare-shard.ts';
import type {ShardOutcome} from './shard.ts';
import {shareOfLoad} from './share-of-load.ts';

interface ByHandOptions {
  readonly place: ShardPlace;
  readonly workers: number | 'auto';
  /** Of the first trial, in ms since 1970 by the server's Date. */
  readonly startAtMs: number;
  /** Between the starts of two trials. */
  readonly everyMs: number;
  /** When the clock is known, some seconds before each start; negative where it is over already. */
  onClock(known: {readonly trial: number; readonly untilStartMs: number} & Pick<ShardOutcome, 'clock'>): void;
  /** After each trial, in their order. */
  onOutcome(outcome: ShardOutcome): Promise<void>;
}

/** What one shard came to, by itself: of what fell to it. */
const loadedOf = (outcome: ShardOutcome, {load, measured}: LoadPlan, beganMs: number): Loaded => {
  const {place, counts, parts, dataSums, beganAtMs} = outcome;
  const share = shareOfLoad(load, requestsOfEach(measured.workload), place);
  const dataHash = new DataHash();
  dataHash.merge(dataSums);
  return {
    ...joinParts(parts, {load: share, sent: counts.ok + counts.failed, beganMs, place}),
    startedAt: new Date(beganAtMs),
    dataHash: dataHash.digest(),
    shards: {of: place.of, parts: [trialShardOf(outcome)]},
  };
};

/** This machine's share of each load; the others are started by somebody else, and trial k starts everywhere k times `everyMs` after the first. */
export const loadByHand = ({place, workers, startAtMs, everyMs, onClock, onOutcome}: ByHandOptions): LoadGround => ({
  place,
  async prepare(plan, listeners) {
    const shard = await prepareShard({plan, place, workers}, listeners);
    const beganAtMs = startAtMs + plan.trial * everyMs;
    return {
      async run() {
        await using _ = shard;
        const clock = await measureDateOffset(plan.endpoint.url, listeners.signal, beganAtMs);
        const startMachineMs = machineMsAt(clock, beganAtMs);
        onClock({trial: plan.trial, untilStartMs: beganAtMs - Date.now() - clock.offsetMs, clock});
        const outcome = await shard.run({startMachineMs, clock, beganAtMs});
        await onOutcome(outcome);
        return loadedOf(outcome, plan, startMachineMs);
      },
      [Symbol.asyncDispose]: () => shard[Symbol.asyncDispose](),
    };
  },
});
