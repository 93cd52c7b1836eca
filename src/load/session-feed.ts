import type {Session} from '../schema/request.ts';

/** Gives out sessions until their requests add up to a limit; the last one is cut short to meet it exactly. */
export class SessionFeed {
  readonly #sessions: Iterator<Session>;
  #left: number;

  /** `limit` null is as many as there are. */
  constructor(sessions: Iterator<Session>, limit: number | null) {
    this.#sessions = sessions;
    this.#left = limit ?? Number.POSITIVE_INFINITY;
  }

  /** Null when the limit is met or there are no more. Takes a session from the source only to give it out. */
  next(): Session | null {
    if (this.#left <= 0) return null;
    const {done, value} = this.#sessions.next();
    if (done === true) {
      this.#left = 0;
      return null;
    }
    const requests = value.requests.slice(0, this.#left);
    this.#left -= requests.length;
    return {id: value.id, requests};
  }
}
