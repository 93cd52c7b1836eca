import {join} from 'node:path';
import type {Endpoint} from '../../engines/engine.ts';
import {CutoverError} from '../../errors.ts';
import {partsOfTrial} from '../../records/spool.ts';
import {machineNow} from '../clock.ts';
import type {ReadyLoad} from '../load-here.ts';
import {refreshMs} from '../refresh-ahead.ts';
import type {Loaded, LoadListeners, LoadPlan} from '../run-load.ts';
import {Crew, type LostShard, type ShardEnd} from './crew.ts';
import {fetchFile, readBlockFile} from './fetch-blocks.ts';
import {joinShards} from './join-shards.ts';
import type {Shards} from './open-shards.ts';
import type {ShardOutcome} from './shard.ts';
import {ShardsProgress} from './shards-progress.ts';
import {refuseFileOfHere, refuseUnshared} from './share-of-load.ts';

export interface CoordinateOptions {
  readonly shards: Shards;
  /** Threads of each shard. */
  readonly workers: number | 'auto';
  /** Where a shard's samples lie until all of them have come. */
  readonly folder: string;
}

/** The start must reach all before it is due, and find time for what is done ahead of it: some seconds for a busy cluster, known from how long the slowest took the order before. */
const leadMs = ({slowestTellMs}: Crew, {load}: LoadPlan, of: number): number => {
  const places = load.mode === 'closed' ? load.concurrency : 0;
  return refreshMs(Math.ceil(places / of)) - 500 + 3 * slowestTellMs;
};

/** Longer than a host looks for its shard where a connection broke. */
const endWithinMs = 150_000;
/** After Ctrl-C: a shard that says nothing by then is ended as it is. */
const abortWithinMs = 5000;

/** What a shard needs to know of the server, which it reaches from elsewhere. */
const forShards = ({role, url, insideUrl, model, facts, sessionHeader}: Endpoint): Endpoint => ({
  ...{role, url: insideUrl ?? url, model, facts},
  ...(sessionHeader !== undefined && {sessionHeader}),
});

const lostBefore = ({text, why}: LostShard): CutoverError => {
  const {code, hint, logTail} = why instanceof CutoverError ? why : new CutoverError('SHARD_LOST', text);
  return new CutoverError(code, `The load was not begun: ${text}`, {
    hint: hint ?? 'Nothing was measured of it. Look at what became of the shard, and begin again.',
    ...{logTail, cause: why},
  });
};

/**
 * Has the shards connect to the server, the first of them warm it up, and all of them start at one time. A shard that is lost before that is
 * thrown; one that is lost later ends the load of the others, and is missing from what they came to.
 */
export const coordinate = async (
  plan: LoadPlan,
  {signal, onBlock, onEnded, onProgress}: LoadListeners,
  {shards, workers, folder}: CoordinateOptions,
): Promise<ReadyLoad<Loaded>> => {
  const of = shards.ears.length;
  refuseUnshared(plan, of);
  refuseFileOfHere(plan);
  const load = shards.nextLoad();
  const progress = new ShardsProgress(of, plan.load, onProgress);
  const crew = new Crew(shards.ears, load, progress);
  const interrupted = Promise.withResolvers<never>();
  interrupted.promise.catch(() => {});
  const interrupt = () => interrupted.reject(signal.reason);
  signal.addEventListener('abort', interrupt);
  if (signal.aborted) interrupt();
  /** Whatever is thrown, a Ctrl-C first of all, ends what the shards do. */
  const orAbort = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await Promise.race([work, interrupted.promise]);
    } catch (thrown) {
      if (!crew.isOver) await crew.abort(abortWithinMs);
      throw thrown;
    }
  };

  const prepared = async () => {
    const sent = {...plan, endpoint: forShards(plan.endpoint)};
    const lost =
      (await crew.prepare(index => ({plan: sent, place: {index, of}, workers}))) ?? (await crew.synchronize());
    if (lost === null || crew.isOver) return;
    await crew.abort(abortWithinMs);
    await shards.lose(`Lost before the load began: ${lost.text}`);
    throw lostBefore(lost);
  };
  await orAbort(prepared());

  /** What those came to whose samples could be had; these are handed out. */
  const fetchAll = async (ends: readonly ShardEnd[]): Promise<readonly ShardOutcome[]> => {
    const done = ends.flatMap(({index, host, word}) =>
      word === null ? [] : [{index, host, word, path: join(folder, `${load}.${index}`)}],
    );
    const whys = await Promise.all(done.map(({host, word, path}) => fetchFile(host, word, path)));
    const outcomes: ShardOutcome[] = [];
    /** Threads of the shards before: each thread's samples are a part of their own. */
    let threads = 0;
    for (const [place, {index, word, path}] of done.entries()) {
      const why = whys[place] ?? null;
      if (why !== null) {
        crew.lose(index, why);
        continue;
      }
      const before = threads;
      if (before + word.outcome.parts.length > partsOfTrial) {
        crew.lose(index, new Error(`a load has room for ${partsOfTrial} threads, and those before it are as many`));
        continue;
      }
      await readBlockFile(path, (thread, block) => onBlock(before + thread, block));
      threads += word.outcome.parts.length;
      outcomes.push(word.outcome);
    }
    return outcomes;
  };

  const run = async (): Promise<Loaded> => {
    const beganMs = machineNow() + leadMs(crew, plan, of);
    crew.start(beganMs);
    const ends = await crew.ended(endWithinMs);
    onEnded?.();
    signal.throwIfAborted();
    const outcomes = await fetchAll(ends);
    const lost = crew.lost.map(({text}) => text).join('; ');
    if (lost === '') await crew.forget();
    else await shards.lose(`Lost while it was measured: ${lost}. This load is void; the next one gets new shards.`);
    if (outcomes.length === 0)
      throw new CutoverError('SHARD_LOST', `Every shard was lost: ${lost}`, {
        hint: 'Look at what became of them, and begin again.',
      });
    return {...joinShards(outcomes, of, plan), beganMs};
  };

  return {
    run: () => orAbort(run()),
    async [Symbol.asyncDispose]() {
      signal.removeEventListener('abort', interrupt);
      if (!crew.isOver) await crew.abort(abortWithinMs);
    },
  };
};
