import type {ShardPlace} from '../schema/shard.ts';
import {DataHash} from '../workloads/data-hash.ts';
import {requestsOfEach} from '../workloads/index.ts';
import {machineNow} from './clock.ts';
import {type PartOptions, type PartOutcome, preparePart} from './part.ts';
import {plannedPart} from './planned-part.ts';
import {ProgressReport} from './progress.ts';
import {refuseImpossible} from './refuse-impossible.ts';
import type {LoadListeners, LoadPlan} from './run-load.ts';
import {requestShareOf} from './share-of.ts';
import {SharedCounts} from './shared-counts.ts';
import type {WorkerResult} from './workers/messages.ts';
import {startWorkers} from './workers/pool.ts';

/** What the parts of one machine came to. */
interface RanParts {
  readonly outcomes: readonly PartOutcome[];
  /** Of the sessions that they took. */
  readonly dataHash: DataHash;
  readonly sent: number;
  readonly failed: number;
  /** When the measurement began, by `machineNow`. */
  readonly beganMs: number;
}

/** The parts of a load that fall to this machine, with their connections, and a server that was warmed up where that is theirs. */
interface ReadyParts extends AsyncDisposable {
  /** Puts their share of the load on. `startMs` (of `machineNow`) is 0 on their clock, whether it is to come or past; null: now. Once only. */
  run(startMs: number | null): Promise<RanParts>;
}

/**
 * How this machine's share is cut once more, among its threads: each part of the whole load is one thread's of one shard's,
 * whatever number of threads the other shards have.
 */
const partOf = ({index, of}: ShardPlace, thread: number, threads: number): PartOptions['part'] => ({
  index: index + of * thread,
  of: of * threads,
});

/** What the progress of a shard counts up to. */
const shareForProgress = ({load, measured}: LoadPlan, place: ShardPlace) => ({
  ...load,
  warmup: place.index === 0 ? load.warmup : 0,
  requests: load.requests === null ? null : requestShareOf(load.requests, requestsOfEach(measured.workload), place),
});

/** Gets the share of a load that falls to `place` ready, from this thread or from `workers` of them. As `prepareLoad`. */
export const prepareParts = async (
  plan: LoadPlan,
  place: ShardPlace,
  workers: number,
  {signal, onBlock, onReply, onProgress}: LoadListeners,
): Promise<ReadyParts> => {
  refuseImpossible(plan);
  const shared = new SharedCounts();
  await using opened = new AsyncDisposableStack();
  if (onProgress) opened.use(new ProgressReport({shared, load: shareForProgress(plan, place), onProgress}));
  let run: () => Promise<readonly WorkerResult[]>;
  if (workers > 1) {
    const parts = Array.from({length: workers}, (_, thread) => partOf(place, thread, workers));
    const pool = opened.use(await startWorkers({plan, place, parts, shared}, {signal, onBlock, onReply}));
    run = pool.run;
  } else {
    const alone = partOf(place, 0, 1);
    const {options, dataHash} = opened.use(plannedPart(plan, alone, block => onBlock(0, block), onReply));
    const part = opened.use(await preparePart({...options, signal, part: alone, shard: place, shared}));
    run = async () => [{outcome: await part.run(), dataSums: dataHash.sums}];
  }
  const open = opened.move();
  return {
    async run(startMs) {
      await using _ = open;
      if (startMs !== null) shared.begin(startMs);
      const results = await run();
      const dataHash = new DataHash();
      for (const {dataSums} of results) dataHash.merge(dataSums);
      return {
        outcomes: results.map(({outcome}) => outcome),
        dataHash,
        sent: shared.measure.get('sent'),
        failed: shared.measure.get('failed'),
        beganMs: shared.beganMs ?? machineNow(),
      };
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
};
