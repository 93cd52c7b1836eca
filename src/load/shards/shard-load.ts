import {join} from 'node:path';
import type {ClockOffset} from '../../schema/shard.ts';
import {machineNow} from '../clock.ts';
import type {LoadProgress} from '../progress.ts';
import {type BlockFile, createBlockFile} from './block-file.ts';
import {machineMsAt} from './clock-offset.ts';
import {prepareShard, type ShardStart} from './prepare-shard.ts';
import {abortedEarly, assertReached} from './reached.ts';
import {failureOf, type Say} from './say.ts';
import type {ShardOutcome, ShardPlan} from './shard.ts';

interface ShardLoadOptions {
  readonly load: number;
  readonly shard: ShardPlan;
  /** Where its samples are written. */
  readonly folder: string;
  readonly say: Say;
}

/** Words of progress are kept in a log: one a second is enough for the eye. */
const progressEveryMs = 1000;

/** One load of a shard's program, from its order to its last word: 'done', or 'failed'. It is never thrown. */
export class ShardLoad {
  /** Resolves after its last word. */
  readonly over: Promise<void>;
  readonly #options: ShardLoadOptions;
  readonly #start = Promise.withResolvers<ShardStart>();
  readonly #aborted = new AbortController();
  #file: BlockFile | null = null;

  constructor(options: ShardLoadOptions) {
    this.#options = options;
    this.#start.promise.catch(() => {}); // it may be aborted before anybody waits for its start
    this.over = this.#run();
  }

  /** In ms since 1970, by a clock that is so far from this machine's. A second start changes nothing. */
  start(atMs: number, clock: ClockOffset): void {
    this.#start.resolve({startMachineMs: machineMsAt(clock, atMs), clock, beganAtMs: atMs});
  }

  /** Before its start it fails as interrupted; later it ends with what it has, its running requests as failed. */
  abort(): void {
    this.#aborted.abort();
    this.#start.reject(abortedEarly());
  }

  /** Takes its samples away, once it is over. What cannot be removed goes with the folder. */
  forget(): void {
    this.over.then(() => this.#file?.remove()).catch(() => {});
  }

  async #run(): Promise<void> {
    const {load, folder, say} = this.#options;
    try {
      this.#file = await createBlockFile(join(folder, `load-${load}.blocks`));
      const outcome = await this.#putOn(this.#file);
      say({kind: 'done', load, outcome, file: await this.#file.close()});
    } catch (thrown) {
      await this.#file?.remove().catch(() => {}); // why it failed is more to the point
      say({kind: 'failed', load, failure: failureOf(thrown)});
    }
  }

  async #putOn(file: BlockFile): Promise<ShardOutcome> {
    const {load, shard, say} = this.#options;
    const {signal} = this.#aborted;
    await assertReached(shard.plan.endpoint.url, signal);
    const progress = everySecond(latest => say({kind: 'progress', load, progress: latest}));
    await using ready = await prepareShard(shard, {
      signal,
      onBlock: file.append,
      onReply: () => {}, // those that are kept are of the machine that decides
      onProgress: progress.note,
    });
    say({kind: 'ready', load});
    const outcome = await ready.run(await this.#start.promise);
    progress.last();
    return outcome;
  }
}

/** Passes on one progress a second, and the last one. */
const everySecond = (tell: (progress: LoadProgress) => void) => {
  let toldMs = Number.NEGATIVE_INFINITY;
  let untold: LoadProgress | null = null;
  return {
    note(progress: LoadProgress) {
      untold = progress;
      if (machineNow() - toldMs < progressEveryMs) return;
      toldMs = machineNow();
      untold = null;
      tell(progress);
    },
    last() {
      if (untold !== null) tell(untold);
    },
  };
};
