import type {Sample} from '../schema/sample.ts';

/** How many requests were sent and how they ended. */
export class Tally {
  sent = 0;
  ended = 0;
  failed = 0;
  /** In flight at once, at most. */
  inFlightMax = 0;

  get inFlight(): number {
    return this.sent - this.ended;
  }

  /** Counts a request that is sent now, and numbers it from 0. */
  begin(): number {
    this.sent += 1;
    this.inFlightMax = Math.max(this.inFlightMax, this.inFlight);
    return this.sent - 1;
  }

  end({outcome}: Sample): void {
    this.ended += 1;
    if (outcome === 'failed') this.failed += 1;
  }
}
