import type {Endpoint} from '../engines/engine.ts';
import type {EngineName} from '../engines/index.ts';
import type {TrialShards} from '../schema/shard.ts';
import type {LoadSpec} from '../schema/suite.ts';
import type {PlannedSessions} from '../workloads/planned-sessions.ts';
import type {ArrivalWords} from './arrival-words.ts';
import type {Read} from './exchange.ts';
import {joinParts, type LoadOutcome} from './join-parts.ts';
import type {ReadyLoad} from './load-here.ts';
import {prepareParts} from './prepare-parts.ts';
import type {LoadProgress} from './progress.ts';
import {whole} from './share-of.ts';

export type {LoadProgress} from './progress.ts';

/** A load in words that can be sent to another thread, and to another machine as JSON; the rows of a trace stand in a file of this one. */
export interface LoadPlan {
  /** Copied to every sample. */
  readonly trial: number;
  readonly engine: EngineName;
  readonly endpoint: Endpoint;
  readonly load: LoadSpec;
  readonly warmup: PlannedSessions;
  readonly measured: PlannedSessions;
  /** What those of an open loop are made of; null where it is none. */
  readonly arrivals: ArrivalWords | null;
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
  /** The last reply has ended, where that is known before its samples are here. */
  onEnded?(): void;
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
  const parts = await prepareParts(plan, whole, workers, listeners);
  return {
    async run() {
      const {outcomes, dataHash, ...ran} = await parts.run(null);
      return {...joinParts(outcomes, {...ran, load: plan.load}), dataHash: dataHash.digest(), shards: null};
    },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
};

/** Prepares a load and runs it. */
export const runLoad = async (plan: LoadPlan, workers: number, listeners: LoadListeners): Promise<Loaded> => {
  await using load = await prepareLoad(plan, workers, listeners);
  return await load.run();
};
