import type {OutcomeByHand} from '../../load/shards/by-hand.ts';
import {readRecord} from '../../records/read-record.ts';
import {readShard} from '../../records/read-shard.ts';
import type {RunRecord} from '../../schema/record.ts';
import type {ShardFile} from '../../schema/shard-file.ts';
import {nameOf} from '../../stats/name-shards.ts';

/** What one machine left of its share of a run. */
export interface ShardFolder extends Pick<ShardFile, 'place' | 'startAt' | 'everySeconds'> {
  readonly folder: string;
  readonly record: RunRecord;
  /** Of each trial that the shard ended, in their order. */
  readonly outcomes: readonly OutcomeByHand[];
}

/** By its folder or its id. Throws RECORD_UNREADABLE, also for a run that is no shard. */
export const readShardFolder = async (run: string, reportsDir: string): Promise<ShardFolder> => {
  const {record, folder} = await readRecord(run, reportsDir);
  const {outcomes, ...shard} = await readShard(folder);
  // One that was killed between the two files has one trial more in the one than in the other.
  return {...shard, folder, record, outcomes: outcomes.slice(0, record.trials.length)};
};

export const shardName = ({place, record}: ShardFolder): string =>
  nameOf({index: place.index, host: record.machine.hostname});
