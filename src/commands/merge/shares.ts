import type {OutcomeByHand} from '../../load/shards/by-hand.ts';
import type {Trial} from '../../schema/trial.ts';
import type {ShardFolder} from './shard-folder.ts';

/** A shard that ended a trial, with what it came to in it. */
export interface Share {
  readonly shard: ShardFolder;
  readonly outcome: OutcomeByHand;
  readonly trial: Trial;
}

/** Of one trial, in the order of the shards' numbers. */
export const sharesOf = (shards: readonly ShardFolder[], index: number): readonly Share[] =>
  shards.flatMap(shard => {
    const [outcome, trial] = [shard.outcomes[index], shard.record.trials[index]];
    return outcome === undefined || trial === undefined ? [] : [{shard, outcome, trial}];
  });

/** On the trial's clock, when the last of its replies had come. */
export const endedMs = ({outcome}: Share): number => Math.max(...outcome.parts.map(({marks}) => marks.lastEndMs));
