import type {Sample} from '../schema/sample.ts';
import type {ShardPlace} from '../schema/shard.ts';
import type {Clock} from './clock.ts';
import {whole} from './share-of.ts';
import type {PhaseCounts} from './shared-counts.ts';

/** How many requests were sent and how they ended: of all parts of a load together, and what this part held. */
export class Tally {
  readonly counts: PhaseCounts;
  /** In flight at once, at most, in all parts as this one saw it. */
  inFlightMax = 0;
  /** Sent and ended by this part. */
  sentHere = 0;
  endedHere = 0;

  readonly #clock: Clock;
  readonly #place: ShardPlace;
  #heldMs = 0;
  #heldUntilMs = 0;

  constructor(counts: PhaseCounts, clock: Clock, place = whole) {
    this.counts = counts;
    this.#clock = clock;
    this.#place = place;
  }

  /** Counts a request that is sent now, and numbers it from 0; shards deal the numbers out, so that no two get the same. */
  begin(): number {
    this.#hold();
    this.sentHere += 1;
    const index = this.counts.add('sent', 1);
    this.inFlightMax = Math.max(this.inFlightMax, index + 1 - this.counts.get('ended'));
    return index * this.#place.of + this.#place.index;
  }

  end({outcome}: Sample): void {
    this.#hold();
    this.endedHere += 1;
    if (outcome === 'failed') this.counts.add('failed', 1);
    this.counts.add('ended', 1);
  }

  /** Milliseconds in flight of all requests of this part so far, added up: over a time, how many were held in the mean. */
  get heldMs(): number {
    this.#hold();
    return this.#heldMs;
  }

  #hold(): void {
    const nowMs = this.#clock.now();
    this.#heldMs += (this.sentHere - this.endedHere) * Math.max(0, nowMs - this.#heldUntilMs);
    this.#heldUntilMs = nowMs;
  }
}
