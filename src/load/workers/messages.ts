import type {ErrorCode} from '../../errors.ts';
import type {Read} from '../exchange.ts';
import type {PartOptions, PartOutcome} from '../part.ts';
import type {LoadPlan} from '../run-load.ts';

/** What a worker is started with. */
export interface WorkerData {
  readonly plan: LoadPlan;
  readonly part: PartOptions['part'];
  /** Of the SharedCounts of all parts. */
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

/** An error on its way between threads: a class does not survive it. */
export type ThrownThere =
  | {readonly code: ErrorCode; readonly message: string; readonly hint: string | undefined}
  | {readonly code: null; readonly error: unknown};
