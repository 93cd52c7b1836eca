import type {ShardPlace} from '../../schema/shard.ts';
import type {Read} from '../exchange.ts';
import type {PartOptions, PartOutcome} from '../part.ts';
import type {LoadPlan} from '../run-load.ts';
import type {ThrownThere} from './thrown-there.ts';

/** What a worker is started with. */
export interface WorkerData {
  readonly plan: LoadPlan;
  readonly part: PartOptions['part'];
  readonly shard: ShardPlace;
  /** Of the SharedCounts of all parts of this shard. */
  readonly shared: SharedArrayBuffer;
}

export type ToWorker = 'go' | 'abort';

export interface WorkerResult {
  readonly outcome: PartOutcome;
  /** Of the DataHash over the sessions that this part took. */
  readonly dataSums: readonly number[];
}

export type FromWorker =
  | {readonly kind: 'ready'}
  | {readonly kind: 'block'; readonly block: Uint8Array<ArrayBuffer>}
  | {readonly kind: 'reply'; readonly id: string; readonly reads: readonly Read[]}
  | {readonly kind: 'done'; readonly result: WorkerResult}
  | {readonly kind: 'failed'; readonly thrown: ThrownThere};
