import type {ErrorCode} from '../../errors.ts';
import type {ClockOffset} from '../../schema/shard.ts';
import type {ContinuousCounts} from '../continuous/sender.ts';
import type {LoadProgress} from '../progress.ts';
import type {ContinuousShard} from './continuous/continuous-shard.ts';
import type {LeftFile} from './left-file.ts';
import type {PeerClock} from './peer-clock.ts';
import type {ProgramVersion} from './program-version.ts';
import type {ShardOutcome, ShardPlan} from './shard.ts';

/** What a shard's program is told. `load` numbers the loads of a run: each is prepared, started and fetched once. */
export type ShardOrder =
  | {readonly kind: 'prepare'; readonly load: number; readonly shard: ShardPlan}
  /** In ms since 1970, by the clock of whoever gives the start; `clock`: how far that is from the shard's. */
  | {readonly kind: 'start'; readonly load: number; readonly atMs: number; readonly clock: ClockOffset}
  /** A load that goes on until it is stopped, and keeps a journal: it is begun in place of started. */
  | {readonly kind: 'prepare-continuous'; readonly load: number; readonly shard: ContinuousShard}
  /** When the shard's own `machineNow` is that. */
  | {readonly kind: 'begin'; readonly load: number; readonly atMachineMs: number}
  /** Nothing more is sent, and what is in flight is waited for. */
  | {readonly kind: 'stop'; readonly load: number}
  /** Whoever began the continuous loads is there. */
  | {readonly kind: 'alive'}
  | {readonly kind: 'abort'; readonly load: number}
  /** Its result was fetched and may be removed. */
  | {readonly kind: 'forget'; readonly load: number};

/** What a shard's program says, each with the next number from 0 on, so that none is heard twice after an interruption. */
export type ShardWord = {readonly number: number} & (
  | {
      readonly kind: 'here';
      readonly host: string;
      /** Absent in programs of before it was told. */
      readonly program?: ProgramVersion;
    }
  /** Its connections are open, and the server is warmed up where that is this shard's. */
  | {readonly kind: 'ready'; readonly load: number; readonly node?: string | undefined}
  | {readonly kind: 'progress'; readonly load: number; readonly progress: LoadProgress}
  /** Its blocks of samples stand in `file`, each after its thread and its length (uint32 each, little endian). */
  | {
      readonly kind: 'done';
      readonly load: number;
      readonly outcome: ShardOutcome;
      readonly file: LeftFile;
    }
  /** How far a continuous load is, now and then. */
  | {readonly kind: 'counted'; readonly load: number; readonly counts: ContinuousCounts}
  /** The last word of a continuous load: every request has ended and is in the journal `file`. */
  | {
      readonly kind: 'kept';
      readonly load: number;
      readonly counts: ContinuousCounts;
      readonly file: LeftFile;
      /** Why it has ended by itself; null where it was told to. */
      readonly why: string | null;
    }
  | {
      readonly kind: 'failed';
      readonly load: number;
      readonly failure: {readonly code: ErrorCode | null; readonly message: string; readonly hint: string | null};
    }
);

/** Where one shard runs: a pod, or in tests a process of this machine. What it throws is a shard that is lost, and says why. */
export interface ShardHost {
  /** Of the pod. */
  readonly name: string;
  /** Resolves when the shard's program has it. */
  tell(order: ShardOrder): Promise<void>;
  /** How far this program's clock is from the shard's, measured now: see peer-clock.ts. */
  clock(which?: PeerClock): Promise<ClockOffset>;
  /** From the program's start on, once. Ends when the host was taken away; goes on by itself where a connection broke. */
  words(): AsyncIterable<ShardWord>;
  /** A file that the shard left, from its first byte to its last, however often a connection breaks. */
  fetch(name: string): AsyncIterable<Uint8Array>;
}

/** Where a shard of a continuous load runs. */
export interface LastingHost extends ShardHost {
  /** Tells the shard again and again that this program is there, until the signal is aborted; resolves then. */
  accompany(signal: AbortSignal): Promise<void>;
}

/** Shards that are there, in the order of their numbers. Disposing of them ends them and leaves nothing behind. */
export interface ShardHosts extends AsyncDisposable {
  readonly hosts: readonly ShardHost[];
}
