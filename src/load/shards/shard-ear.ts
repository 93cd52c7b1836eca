import {CutoverError, reasonOf} from '../../errors.ts';
import type {LoadProgress} from '../progress.ts';
import {ShardGone} from './shard-gone.ts';
import type {ShardHost, ShardWord} from './shard-host.ts';

type HereWord = Extract<ShardWord, {kind: 'here'}>;
type ReadyWord = Extract<ShardWord, {kind: 'ready'}>;
export type DoneWord = Extract<ShardWord, {kind: 'done'}>;
type FailedWord = Extract<ShardWord, {kind: 'failed'}>;
type LoadWord = Exclude<ShardWord, {kind: 'here' | 'failed'}>;

/** What one shard says of one load. Both reject with why the shard was lost, or failed. */
export interface HeardLoad {
  readonly ready: Promise<ReadyWord>;
  readonly done: Promise<DoneWord>;
  /** Whether the last word of it was heard. */
  readonly over: boolean;
}

/** Whoever follows one load: hears each word of it, and in place of a last one why there is none. */
interface Follower {
  hear(word: LoadWord): void;
  fail(thrown: unknown): void;
}

const thrownOf = ({failure: {code, message, hint}}: FailedWord): ShardGone =>
  new ShardGone(code ?? 'TRIAL_FAILED', message, hint === null ? {} : {hint});

/** Listens to one host from its first word to its last, and tells each load what is said of it. */
export class ShardEar {
  readonly host: ShardHost;
  /** Its program's first word; rejects with why nothing more will be heard. */
  readonly here: Promise<HereWord>;
  readonly #here = Promise.withResolvers<HereWord>();
  readonly #followers = new Map<number, Follower>();
  #lost: {readonly why: unknown} | null = null;

  constructor(host: ShardHost) {
    this.host = host;
    this.here = this.#here.promise;
    this.here.catch(() => {}); // few wait for it
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
    const hear = (word: LoadWord) => {
      if (word.kind === 'ready') ready.resolve(word);
      else if (word.kind === 'progress') onProgress(word.progress);
      else if (word.kind === 'done') done.resolve(word);
    };
    this.follow(load, {hear, fail});
    const followers = this.#followers;
    return {
      ready: ready.promise,
      done: done.promise,
      get over() {
        return !followers.has(load);
      },
    };
  }

  /** From now on, and from the host's first word where that has not come yet. */
  follow(load: number, follower: Follower): void {
    this.#followers.set(load, follower);
    if (this.#lost !== null) this.#end(this.#lost.why);
  }

  async #listen(): Promise<void> {
    for await (const word of this.host.words()) {
      if (word.kind === 'here') {
        this.#here.resolve(word);
        continue;
      }
      const follower = this.#followers.get(word.load);
      if (word.kind === 'failed') follower?.fail(thrownOf(word));
      else follower?.hear(word);
      if (word.kind === 'done' || word.kind === 'kept' || word.kind === 'failed') this.#followers.delete(word.load);
    }
  }

  #end(why: unknown): void {
    this.#lost = {why};
    this.#here.reject(why);
    for (const {fail} of this.#followers.values()) fail(why);
    this.#followers.clear();
  }
}

/** `shard 3 of 8 (cutover-load-2): it was evicted`, counted from 1 as people do; a host that names itself does so in such words. */
export const lostText = (index: number, of: number, {name}: Pick<ShardHost, 'name'>, why: unknown): string =>
  why instanceof CutoverError && why.code === 'SHARD_LOST'
    ? why.message
    : `shard ${index + 1} of ${of} (${name}): ${reasonOf(why)}`;
