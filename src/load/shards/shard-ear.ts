import {CutoverError, reasonOf} from '../../errors.ts';
import type {LoadProgress} from '../progress.ts';
import type {ShardHost, ShardWord} from './shard-host.ts';

type ReadyWord = Extract<ShardWord, {kind: 'ready'}>;
export type DoneWord = Extract<ShardWord, {kind: 'done'}>;
type FailedWord = Extract<ShardWord, {kind: 'failed'}>;

/** What one shard says of one load. Both reject with why the shard was lost, or failed. */
export interface HeardLoad {
  readonly ready: Promise<ReadyWord>;
  readonly done: Promise<DoneWord>;
  /** Whether the last word of it was heard. */
  readonly over: boolean;
}

interface Listener {
  ready(word: ReadyWord): void;
  done(word: DoneWord): void;
  progress(progress: LoadProgress): void;
  fail(thrown: unknown): void;
}

const thrownOf = ({failure: {code, message, hint}}: FailedWord): CutoverError =>
  new CutoverError(code ?? 'TRIAL_FAILED', message, hint === null ? {} : {hint});

/** Listens to one host from its first word to its last, and tells each load what is said of it. */
export class ShardEar {
  readonly host: ShardHost;
  readonly #listeners = new Map<number, Listener>();
  #lost: {readonly why: unknown} | null = null;

  constructor(host: ShardHost) {
    this.host = host;
    this.#listen().then(
      () => this.#end(new Error('its program ended')),
      (thrown: unknown) => this.#end(thrown),
    );
  }

  /** Why nothing more will be heard; null while something may. */
  get lost(): {readonly why: unknown} | null {
    return this.#lost;
  }

  /** What is said of this load from now on. */
  hear(load: number, onProgress: (progress: LoadProgress) => void): HeardLoad {
    const ready = Promise.withResolvers<ReadyWord>();
    const done = Promise.withResolvers<DoneWord>();
    // Whoever waits for the other of the two hears of it.
    ready.promise.catch(() => {});
    done.promise.catch(() => {});
    const fail = (thrown: unknown) => {
      ready.reject(thrown);
      done.reject(thrown);
    };
    this.#listeners.set(load, {ready: ready.resolve, done: done.resolve, progress: onProgress, fail});
    if (this.#lost !== null) this.#end(this.#lost.why);
    const listeners = this.#listeners;
    return {
      ready: ready.promise,
      done: done.promise,
      get over() {
        return !listeners.has(load);
      },
    };
  }

  async #listen(): Promise<void> {
    for await (const word of this.host.words()) {
      if (word.kind === 'here') continue;
      const listener = this.#listeners.get(word.load);
      if (word.kind === 'ready') listener?.ready(word);
      else if (word.kind === 'progress') listener?.progress(word.progress);
      else if (word.kind === 'done') listener?.done(word);
      else listener?.fail(thrownOf(word));
      if (word.kind === 'done' || word.kind === 'failed') this.#listeners.delete(word.load);
    }
  }

  #end(why: unknown): void {
    this.#lost = {why};
    for (const {fail} of this.#listeners.values()) fail(why);
    this.#listeners.clear();
  }
}

/** `shard 3 of 8 (cutover-load-2): it was evicted`, counted from 1 as people do; a host that names itself does so in such words. */
export const lostText = (index: number, of: number, {name}: Pick<ShardHost, 'name'>, why: unknown): string =>
  why instanceof CutoverError && why.code === 'SHARD_LOST'
    ? why.message
    : `shard ${index + 1} of ${of} (${name}): ${reasonOf(why)}`;
