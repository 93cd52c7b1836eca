import type {Endpoint} from '../engines/engine.ts';
import type {EngineName} from '../engines/index.ts';
import type {TrialShards} from '../schema/shard.ts';
import type {LoadSpec} from '../schema/suite.ts';
import {DataHash} from '../workloads/data-hash.ts';
import type {PlannedSessions} from '../workloads/planned-sessions.ts';
import type {Read} from './exchange.ts';
import {joinParts, type LoadOutcome} from './join-parts.ts';
import {prepareHere, type ReadyLoad} from './load-here.ts';
import {plannedPart} from './planned-part.ts';
import {type LoadProgress, ProgressReport} from './progress.ts';
import {refuseImpossible} from './refuse-impossible.ts';
import {SharedCounts} from './shared-counts.ts';
import {startWorkers} from './workers/pool.ts';

export type {LoadProgress} from './progress.ts';

/** A load in words that can be sent to another thread. */
export interface LoadPlan {
  /** Copied to every sample. */
  readonly trial: number;
  readonly engine: EngineName;
  readonly endpoint: Endpoint;
  readonly load: LoadSpec;
  readonly warmup: PlannedSessions;
  readonly measured: PlannedSessions;
  /** Of an open loop, ascending, in ms from its start. */
  readonly arrivalsMs: ArrayLike<number>;
  /** A closed loop, too, has its warm-up ended before the measurement begins: where several loads are to begin together. */
  readonly drainWarmup?: boolean | undefined;
  /** For each request, from its send to the end of its reply. */
  readonly timeoutMs: number;
  /** Replies whose bodies are kept, read by read: those of the first requests. Not in mode 'saturate'. */
  readonly keepReplies: number;
}

/** `shards` is null where one machine put the load on. */
export type Loaded = LoadOutcome & {readonly dataHash: string; readonly shards: TrialShards | null};

export interface LoadListeners {
  /** Aborted: nothing more is sent, running requests end as failed ('aborted'), and runLoad resolves. */
  readonly signal: AbortSignal;
  /** Samples of measured requests, each part's in the order in which they end. What it throws ends the load. */
  onBlock(part: number, block: Uint8Array<ArrayBuffer>): void;
  onReply(id: string, reads: readonly Read[]): void;
  /** At most four times a second, and at the end. */
  onProgress?(progress: LoadProgress): void;
}

/**
 * Connects to the server and warms it up, from this thread or from `workers` of them; what it resolves with puts the load
 * on it. No other request reaches the server from here. Failed requests are samples; what is thrown is a load that cannot
 * be run (BAD_SUITE), or what the listeners throw.
 */
export const prepareLoad = async (
  plan: LoadPlan,
  workers: number,
  listeners: LoadListeners,
): Promise<ReadyLoad<Loaded>> => {
  const {signal, onBlock, onReply, onProgress} = listeners;
  if (workers > 1) return await prepareWorkers(plan, workers, listeners);
  await using opened = new AsyncDisposableStack();
  const part = opened.use(plannedPart(plan, block => onBlock(0, block), onReply));
  const ready = opened.use(await prepareHere({...part.options, signal, onProgress}));
  const open = opened.move();
  return {
    async run() {
      await using _ = open;
      return {...(await ready.run()), dataHash: part.dataHash.digest(), shards: null};
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
};

const prepareWorkers = async (
  plan: LoadPlan,
  count: number,
  {signal, onBlock, onReply, onProgress}: LoadListeners,
): Promise<ReadyLoad<Loaded>> => {
  refuseImpossible(plan);
  const shared = new SharedCounts();
  await using opened = new AsyncDisposableStack();
  if (onProgress) opened.use(new ProgressReport({shared, load: plan.load, onProgress}));
  const workers = opened.use(await startWorkers(plan, count, shared, {signal, onBlock, onReply}));
  const open = opened.move();
  return {
    async run() {
      await using _ = open;
      const results = await workers.run();
      const dataHash = new DataHash();
      for (const {dataSums} of results) dataHash.merge(dataSums);
      const outcomes = results.map(({outcome}) => outcome);
      return {...joinParts(outcomes, {...plan, shared}), dataHash: dataHash.digest(), shards: null};
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
};

/** Prepares a load and runs it. */
export const runLoad = async (plan: LoadPlan, workers: number, listeners: LoadListeners): Promise<Loaded> => {
  await using load = await prepareLoad(plan, workers, listeners);
  return await load.run();
};
