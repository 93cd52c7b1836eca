import {Refusal} from './refusal.ts';
import type {Visit} from './visit.ts';

interface TurnstileLimits {
  readonly inFlight: number;
  readonly queued: number;
}

/** How many requests are served at a time; the rest waits in the order in which it came, and what is over that is refused. */
export interface Turnstile {
  readonly inside: number;
  readonly waiting: number;
  /**
   * Undefined where there is room at once; resolves when there is. Throws, or rejects with, a Refusal `too_many` where the queue is
   * full, or nothing became free within `timeoutMs`; resolves without a place where the caller went away (`visit.over`).
   */
  enter(visit: Visit, timeoutMs: number): Promise<void> | undefined;
  /** Once for each visit that has a place. */
  leave(visit: Visit): void;
}

export const turnstile = ({inFlight, queued}: TurnstileLimits): Turnstile => {
  let inside = 0;
  /** In the order of arrival: a Set keeps it, and one that goes away costs nothing. */
  const waiting = new Set<{readonly visit: Visit; go(): void}>();
  const full = () => new Refusal('too_many', `${inFlight} requests are being served and ${queued} wait`);
  const admit = (visit: Visit) => {
    inside += 1;
    visit.inside = true;
  };

  return {
    get inside() {
      return inside;
    },
    get waiting() {
      return waiting.size;
    },
    enter(visit, timeoutMs) {
      if (visit.over) return undefined; // nobody would give the place back
      if (inside < inFlight) {
        admit(visit);
        return undefined;
      }
      if (waiting.size >= queued) throw full();
      return new Promise((resolve, reject) => {
        const end = (then: () => void) => {
          waiting.delete(place);
          clearTimeout(patience);
          visit.onGone = null;
          then();
        };
        const place = {visit, go: () => end(resolve)};
        const patience = setTimeout(() => end(() => reject(full())), timeoutMs);
        visit.onGone = place.go;
        waiting.add(place);
      });
    },
    leave(visit) {
      if (!visit.inside) return;
      visit.inside = false;
      inside -= 1;
      const [next] = waiting;
      if (next === undefined) return;
      admit(next.visit);
      next.go();
    },
  };
};
