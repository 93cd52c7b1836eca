import type {Arm} from './block.ts';
import type {RequestOutcome} from './journal.ts';
import type {Role} from './request.ts';

interface Latencies {
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

/** One second of a rehearsal's load, from the journals: what its timeline is drawn from. */
export interface PerSecond {
  /** Whole seconds from the rehearsal's origin: 3 is from 3 s to just before 4 s. None is left out between the first and the last. */
  readonly second: number;
  /**
   * Requests by when they ended, as the client says; one without an end is lost in the second in which it was sent.
   */
  readonly ended: Readonly<Record<RequestOutcome, number>>;
  /** The same requests by who was asked last, as the gateway says; 'nobody' where it asked none or never took the request. */
  readonly targets: Readonly<Record<Arm | 'nobody', number>>;
  /** Copies whose answers nobody got (shadow); they are not part of the above. */
  readonly mirrored: number;
  /** From sent to the last byte, of served requests that ended in it; no entry for a kind of which none did. */
  readonly e2e: Readonly<Partial<Record<Role, Latencies>>>;
  /** From sent to the first text, of streamed chats that were served; null where there was none. */
  readonly ttft: Latencies | null;
}
