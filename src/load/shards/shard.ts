import type {ClockOffset, ShardPlace} from '../../schema/shard.ts';
import type {PartOutcome} from '../part.ts';
import type {LoadPlan} from '../run-load.ts';

/** What one shard is told of a load. It can be written down as JSON. */
export interface ShardPlan {
  readonly plan: LoadPlan;
  readonly place: ShardPlace;
  readonly workers: number | 'auto';
}

/** What one shard came to, besides its samples, whose times count from the start that all agreed on. It can be sent from process to process. */
export interface ShardOutcome {
  readonly place: ShardPlace;
  readonly host: string;
  /** Of the cluster, where it is a pod. */
  readonly node?: string | undefined;
  readonly clock: ClockOffset;
  readonly startedLateMs: number;
  /** When its trial clock was 0, by the reference clock, in ms since 1970. */
  readonly beganAtMs: number;
  readonly counts: {readonly ok: number; readonly failed: number};
  /** One of each of its worker threads. */
  readonly parts: readonly PartOutcome[];
  /** Of the DataHash over the sessions that it took. */
  readonly dataSums: readonly number[];
}
