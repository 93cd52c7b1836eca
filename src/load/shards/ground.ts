import {mkdtemp, rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {LoadGround} from '../load-ground.ts';
import {type CoordinateOptions, coordinate} from './coordinate.ts';
import {OpenShards, type OpenShardsOptions} from './open-shards.ts';

/** Shards as long as a run lasts. Disposing of it ends them and leaves nothing behind. */
export interface ShardGround extends LoadGround, AsyncDisposable {}

interface ShardGroundOptions extends OpenShardsOptions, Pick<CoordinateOptions, 'workers'> {
  /** Has room for the samples of a load: they lie there, in a folder of their own, until all of a shard's have come. */
  readonly folder: string;
}

/**
 * Loads that shards elsewhere put on together, one at a time: they start at one time that all agree on, and what they send back is joined. The
 * same hosts serve load after load, until a shard is lost: that load is recorded without it, which voids it, and the next one gets
 * new hosts. Throws SHARD_LOST for one that is lost before its load began.
 */
export const loadFromShards = (options: ShardGroundOptions): ShardGround => {
  const shards = new OpenShards(options);
  let folder: Promise<string> | null = null;
  return {
    async prepare(plan, listeners) {
      const open = await shards.open(listeners.signal);
      folder ??= mkdtemp(join(options.folder, 'shards-'));
      return await coordinate(plan, listeners, {...options, shards: open, folder: await folder});
    },
    async [Symbol.asyncDispose]() {
      await shards[Symbol.asyncDispose]();
      if (folder !== null) await rm(await folder, {recursive: true, force: true});
    },
  };
};
