import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {type ShardFile, shardFile} from '../schema/shard-file.ts';
import {parseVersioned} from './read-json.ts';
import {unreadable} from './unreadable.ts';

export const shardFileName = 'shard.json';

/** The shard.json of a run's folder. Throws RECORD_UNREADABLE with the path and the reason. */
export const readShard = async (folder: string): Promise<ShardFile> => {
  const file = join(folder, shardFileName);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw unreadable(file, cause, {hint: 'Copy the whole folder from its machine once more.', cause});
  });
  return parseVersioned(file, text, shardFile);
};
