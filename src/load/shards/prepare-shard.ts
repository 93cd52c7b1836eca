import {availableParallelism, hostname} from 'node:os';
import type {ClockOffset} from '../../schema/shard.ts';
import {requestsOfEach} from '../../workloads/index.ts';
import {prepareParts} from '../prepare-parts.ts';
import type {LoadListeners} from '../run-load.ts';
import {workerCount} from '../workers/worker-count.ts';
import type {ShardOutcome, ShardPlan} from './shard.ts';
import {refuseUnshared, shareOfLoad} from './share-of-load.ts';

/** When all shards begin, as this machine tells it. */
export interface ShardStart {
  /** By `machineNow` of this machine. It may be past: what was due by then is sent at once, and counts as late. */
  readonly startMachineMs: number;
  /** What that was worked out by. */
  readonly clock: ClockOffset;
  /** The same moment by the reference clock, in ms since 1970. */
  readonly beganAtMs: number;
}

/** A shard that has its connections, and a server that was warmed up where that is its task. Disposing of it closes them. */
export interface ReadyShard extends AsyncDisposable {
  /** Waits for the start, puts the shard's share of the load on the server and waits until every reply has ended. Once only. */
  run(at: ShardStart): Promise<ShardOutcome>;
}

/**
 * Gets one shard of a load ready: it needs its plan and its place, and nothing of the others. Shard 0 alone warms the
 * server up. `listeners.onBlock` is told which of its threads a block is of, from 0. As `prepareLoad`.
 */
export const prepareShard = async (
  {plan, place, workers}: ShardPlan,
  listeners: LoadListeners,
): Promise<ReadyShard> => {
  refuseUnshared(plan, place.of);
  const share = shareOfLoad(plan.load, requestsOfEach(plan.measured.workload), place);
  const threads = workerCount(workers, share, availableParallelism());
  const node = process.env.CUTOVER_SHARD_NODE; // of a pod
  // Where all begin at one moment the warm-up of one of them must be over by then.
  const parts = await prepareParts({...plan, drainWarmup: true}, place, threads, listeners);
  return {
    async run({startMachineMs, clock, beganAtMs}) {
      const {outcomes, dataHash, sent, failed} = await parts.run(startMachineMs);
      return {
        place,
        host: hostname(),
        ...(node !== undefined && {node}),
        clock,
        startedLateMs: Math.max(...outcomes.map(({startedLateMs}) => startedLateMs)),
        beganAtMs,
        counts: {ok: sent - failed, failed},
        parts: outcomes,
        dataSums: dataHash.sums,
      };
    },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
};
