import {availableParallelism} from 'node:os';
import type {ShardPlace} from '../schema/shard.ts';
import type {ReadyLoad} from './load-here.ts';
import {type Loaded, type LoadListeners, type LoadPlan, prepareLoad} from './run-load.ts';
import {workerCount} from './workers/worker-count.ts';

/** Where a load comes from: the threads of this machine, or shards on others. As `prepareLoad`. */
export interface LoadGround {
  /** Of a shard that others put on the load with, each from a harness of its own: what is done to the server once is shard 0's. */
  readonly place?: ShardPlace;
  /** Resolves when trial `trial` of the run may be got ready: until then nothing of it is to reach the server, for others still measure. */
  begin?(trial: number, listeners: Pick<LoadListeners, 'signal' | 'onProgress'>): Promise<void>;
  prepare(plan: LoadPlan, listeners: LoadListeners): Promise<ReadyLoad<Loaded>>;
}

/** From this machine, by so many threads. */
export const loadFromHere = (workers: number | 'auto'): LoadGround => ({
  prepare: (plan, listeners) => prepareLoad(plan, workerCount(workers, plan.load, availableParallelism()), listeners),
});
