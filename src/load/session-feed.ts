import type {Session, SessionSource} from '../schema/request.ts';
import type {ShardPlace} from '../schema/shard.ts';
import {whole} from './share-of.ts';
import type {PhaseCounts} from './shared-counts.ts';

/**
 * Gives out sessions until their requests add up to a limit; the last one is cut short to meet it exactly. Which one that
 * is follows from its number alone: it does not depend on who takes it, or when.
 */
export class SessionFeed {
  readonly #source: SessionSource;
  readonly #counts: PhaseCounts;
  readonly #limit: number;
  readonly #place: ShardPlace;
  #ended = false;

  /**
   * `limit` null is as many as there are. Feeds with the same counts give out every session of their place once between
   * them: numbers are dealt out to the places in turn, so that those of different places need not know of each other.
   */
  constructor(source: SessionSource, counts: PhaseCounts, limit: number | null, place = whole) {
    this.#source = source;
    this.#counts = counts;
    this.#limit = limit ?? Number.POSITIVE_INFINITY;
    this.#place = place;
  }

  /** The next session. Null when the limit is met or there are no more. Takes one from the source only to give it out. */
  next(): Session | null {
    return this.isOver ? null : this.at(this.#numbered(this.#counts.add('nextSession', 1)));
  }

  /** The session with a number: for those who share the numbers out themselves. */
  at(index: number): Session | null {
    const left = this.#left(index);
    if (left <= 0) return null;
    const session = this.#source.at(index);
    this.#ended ||= session === null;
    return session === null || session.requests.length <= left
      ? session
      : {...session, requests: session.requests.slice(0, left)};
  }

  /** Whether `next` has nothing more to give. */
  get isOver(): boolean {
    return this.#ended || this.#left(this.#numbered(this.#counts.get('nextSession'))) <= 0;
  }

  /** The number of a session, by how many of the place's came before it. */
  #numbered(before: number): number {
    return before * this.#place.of + this.#place.index;
  }

  #left(index: number): number {
    return this.#limit - this.#source.requestsBefore(index);
  }
}
