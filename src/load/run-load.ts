import type {Endpoint} from '../engines/engine.ts';
import type {EngineName} from '../engines/index.ts';
import type {LoadSpec} from '../schema/suite.ts';
import {DataHash} from '../workloads/data-hash.ts';
import type {PlannedSessions} from '../workloads/planned-sessions.ts';
import type {Read} from './exchange.ts';
import {joinParts, type LoadOutcome} from './join-parts.ts';
import {runHere} from './load-here.ts';
import {plannedPart} from './planned-part.ts';
import {type LoadProgress, ProgressReport} from './progress.ts';
import {refuseImpossible} from './refuse-impossible.ts';
import {SharedCounts} from './shared-counts.ts';
import {runWorkers} from './workers/pool.ts';

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
  /** For each request, from its send to the end of its reply. */
  readonly timeoutMs: number;
  /** Replies whose bodies are kept, read by read: those of the first requests. Not in mode 'saturate'. */
  readonly keepReplies: number;
}

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
 * Warms the server up and puts the load on it, from this thread or from `workers` of them. No other request reaches the
 * server from here. Failed requests are samples; what is thrown is a load that cannot be run (BAD_SUITE), or what the
 * listeners throw.
 */
export const runLoad = async (
  plan: LoadPlan,
  workers: number,
  listeners: LoadListeners,
): Promise<LoadOutcome & {readonly dataHash: string}> => {
  const {signal, onBlock, onReply, onProgress} = listeners;
  if (workers > 1) {
    const dataHash = new DataHash();
    refuseImpossible(plan);
    const shared = new SharedCounts();
    using _report = onProgress && new ProgressReport({shared, load: plan.load, onProgress});
    const results = await runWorkers(plan, workers, shared, {signal, onBlock, onReply});
    for (const {dataSums} of results) dataHash.merge(dataSums);
    return {
      ...joinParts(
        results.map(({outcome}) => outcome),
        {...plan, shared},
      ),
      dataHash: dataHash.digest(),
    };
  }
  using part = plannedPart(plan, block => onBlock(0, block), onReply);
  const outcome = await runHere({...part.options, signal, onProgress});
  return {...outcome, dataHash: part.dataHash.digest()};
};
