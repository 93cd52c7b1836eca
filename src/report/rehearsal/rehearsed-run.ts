import type {PerSecond} from '../../schema/per-second.ts';
import type {MemoryReading, Rehearsal} from '../../schema/rehearsal.ts';
import type {RehearsalVerdict} from '../../schema/rehearsal-verdict.ts';

/** All that a report of a rehearsal is made from. */
export interface RehearsedRun {
  readonly rehearsal: Rehearsal;
  readonly verdict: RehearsalVerdict;
  /** Ascending, without gaps. */
  readonly seconds: readonly PerSecond[];
  /** memory.jsonl, as it was read: both sides mixed, ascending. */
  readonly memory: readonly MemoryReading[];
}
