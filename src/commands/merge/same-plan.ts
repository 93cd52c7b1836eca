import {isDeepStrictEqual} from 'node:util';
import {CutoverError} from '../../errors.ts';
import type {RunRecord} from '../../schema/record.ts';
import type {Trial} from '../../schema/trial.ts';
import {otherServers} from './same-server.ts';
import {type ShardFolder, shardName} from './shard-folder.ts';

const modelsOf = ({engine}: RunRecord) => engine.servers.map(({role, model}) => `${role} ${model ?? 'unknown'}`);

/** A tokenizer lies elsewhere on another machine: its hash says which one it is. */
const lengthsOf = ({tokenLengths}: RunRecord) =>
  tokenLengths.map(({tokenizer, ...length}) => ({...length, tokenizer: tokenizer?.sha256 ?? null}));

/** What shards of one run have alike, in the words in which it is told when they do not. */
const alike: Readonly<Record<string, (shard: ShardFolder) => unknown>> = {
  'number of shards': ({place}) => place.of,
  'cutover version': ({record: {cutover}}) => cutover.version,
  'git commit': ({record: {cutover}}) => cutover.gitCommit,
  engine: ({record: {engine}}) => engine.name,
  'engine version': ({record: {engine}}) => engine.version,
  models: ({record}) => modelsOf(record),
  suites: ({record}) => record.suites,
  seed: ({record}) => record.seed,
  '--start-at': ({startAt}) => startAt,
  '--every': ({everySeconds}) => everySeconds,
  'token lengths': ({record}) => lengthsOf(record),
};

/** What is asked for in a trial, by its number; of shards that have it both. */
const plannedTrials = ({record, outcomes}: ShardFolder) =>
  outcomes.map(({timeoutMs, arrivalsHash}, index) => {
    const {suite, repetition, workload, load} = record.trials[index] as Trial;
    return {suite, repetition, workload, load, timeoutMs, arrivalsHash};
  });

const shown = (value: unknown): string => JSON.stringify(value);

const differences = (one: ShardFolder, other: ShardFolder): readonly string[] => {
  const facts = Object.entries(alike).flatMap(([name, read]) => {
    const [mine, theirs] = [read(one), read(other)];
    return isDeepStrictEqual(mine, theirs) ? [] : [`${name} ${shown(theirs)} in place of ${shown(mine)}`];
  });
  const [mine, theirs] = [plannedTrials(one), plannedTrials(other)];
  const trials = mine.flatMap((trial, index) => {
    const theirTrial = theirs[index];
    return theirTrial === undefined || isDeepStrictEqual(trial, theirTrial)
      ? []
      : [`trial ${index + 1} ${shown(theirTrial)} in place of ${shown(trial)}`];
  });
  return [...facts, ...trials.slice(0, 1), ...otherServers(one, other)];
};

/**
 * The shards of one run in the order of their numbers, however they were named. Throws BAD_OPTIONS where two are the
 * same one, or are shards of different plans.
 */
export const inOrder = (given: readonly ShardFolder[]): readonly [ShardFolder, ...ShardFolder[]] => {
  const [first, ...others] = given.toSorted(
    (one, other) => one.place.index - other.place.index || (one.folder < other.folder ? -1 : 1),
  );
  if (first === undefined) throw new CutoverError('BAD_OPTIONS', 'merge: no folder was named');
  let before = first;
  for (const shard of others) {
    const differs = differences(first, shard);
    if (differs.length > 0)
      throw new CutoverError(
        'BAD_OPTIONS',
        `${shard.folder}, ${shardName(shard)}, is of another plan than ${first.folder}, ${shardName(first)}: ${differs.join('; ')}`,
        {hint: 'Merge the folders of one run: the same command on each machine, but for --shard and --out.'},
      );
    if (shard.place.index === before.place.index)
      throw new CutoverError(
        'BAD_OPTIONS',
        `${before.folder} and ${shard.folder} are both shard ${shard.place.index + 1} of ${shard.place.of}`,
        {
          hint: 'Name each shard once. Where one was run twice, only the one that started with the others belongs to them.',
        },
      );
    before = shard;
  }
  return [first, ...others];
};
