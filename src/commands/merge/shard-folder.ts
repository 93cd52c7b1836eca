import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {CutoverError} from '../../errors.ts';
import type {OutcomeByHand} from '../../load/shards/by-hand.ts';
import {readRecord} from '../../records/read-record.ts';
import {readShard, shardFileName} from '../../records/read-shard.ts';
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

const noShard = (folder: string, {command, trials}: RunRecord): CutoverError => {
  if (!command.some(word => /^--shard(=|$)/.test(word)))
    return new CutoverError(
      'BAD_OPTIONS',
      `${folder} is a whole run, begun without --shard: it has nothing to be joined to`,
      {
        hint: 'Leave it out: merge takes the folders of bench --shard 1/2, 2/2 …; npm run report shows this one, npm run compare two of them.',
      },
    );
  return trials.length === 0
    ? new CutoverError(
        'BAD_OPTIONS',
        `${folder} is a shard that was ended before its first trial was over: there is nothing of it to join`,
        {hint: 'Measure again with all shards; without this folder the others are joined, and void.'},
      )
    : new CutoverError('BAD_OPTIONS', `${folder} is a shard of which ${shardFileName} is missing`, {
        hint: `Copy the folder once more, with its ${shardFileName}; without this folder the others are joined, and void.`,
      });
};

/** Those that are named, with all mistakes at once. Throws as `readShardFolder` does. */
export const readShardFolders = async (
  runs: readonly string[],
  reportsDir: string,
): Promise<readonly ShardFolder[]> => {
  const read: ShardFolder[] = [];
  const mistakes: CutoverError[] = [];
  for (const run of runs)
    try {
      read.push(await readShardFolder(run, reportsDir));
    } catch (thrown) {
      if (!(thrown instanceof CutoverError)) throw thrown;
      mistakes.push(thrown);
    }
  const [first, ...more] = mistakes;
  if (first === undefined) return read;
  if (more.length === 0) throw first;
  // A fix that is that of all of them is said once.
  const alike = more.every(({hint}) => hint === first.hint);
  const lines = mistakes.map(({message, hint = ''}) => `  ${message}${alike ? '' : `. ${hint}`}`);
  const message = `${mistakes.length} of the ${runs.length} that were named cannot be joined\n${lines.join('\n')}`;
  throw new CutoverError(first.code, message, {
    hint: (alike ? first.hint : undefined) ?? 'Name the folders of one run, each as its machine left it.',
  });
};

/** By its folder or its id. Throws RECORD_UNREADABLE, and BAD_OPTIONS for a run that is no shard. */
const readShardFolder = async (run: string, reportsDir: string): Promise<ShardFolder> => {
  const {record, folder} = await readRecord(run, reportsDir, 'Name the folders of bench --shard 1/3, 2/3, 3/3.');
  if (!existsSync(join(folder, shardFileName))) throw noShard(folder, record);
  const {outcomes, ...shard} = await readShard(folder);
  // One that was killed between the two files has one trial more in the one than in the other.
  return {...shard, folder, record, outcomes: outcomes.slice(0, record.trials.length)};
};

export const shardName = ({place, record}: ShardFolder): string =>
  nameOf({index: place.index, host: record.machine.hostname});
