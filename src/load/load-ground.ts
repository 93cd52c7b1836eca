import {availableParallelism} from 'node:os';
import type {ReadyLoad} from './load-here.ts';
import {type Loaded, type LoadListeners, type LoadPlan, prepareLoad} from './run-load.ts';
import {workerCount} from './workers/worker-count.ts';

/** Where a load comes from: the threads of this machine, or shards on others. As `prepareLoad`. */
export interface LoadGround {
  prepare(plan: LoadPlan, listeners: LoadListeners): Promise<ReadyLoad<Loaded>>;
}

/** From this machine, by so many threads. */
export const loadFromHere = (workers: number | 'auto'): LoadGround => ({
  prepare: (plan, listeners) => prepareLoad(plan, workerCount(workers, plan.load, availableParallelism()), listeners),
});
