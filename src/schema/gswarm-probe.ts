import type {Check} from './examination.ts';
import type {Distribution} from './trial.ts';

/** In the order in which they are asked of each size. */
export type GswarmOperation = 'write' | 'read' | 'move' | 'move back' | 'release';

/** Replies of one status to one operation. */
export interface GswarmRefusal {
  readonly status: number;
  readonly count: number;
  /** What the first of them said. */
  readonly said: string;
}

/** One operation on values of one size, one request at a time. */
export interface GswarmTiming {
  readonly operation: GswarmOperation;
  readonly valueBytes: number;
  readonly asked: number;
  readonly done: number;
  /** Of those that were done: from the first byte sent to the last one received. */
  readonly ms: Distribution | null;
  /** Bytes of the values, in millions, over the time of those requests; null where none was done, and of releases. */
  readonly mbPerSecond: number | null;
  readonly refused: readonly GswarmRefusal[];
}

/** What gswarm's data service did when it was asked. */
export interface GswarmProbe {
  readonly url: string;
  readonly moveTo: string;
  readonly maxDramBytes: number;
  readonly timings: readonly GswarmTiming[];
  readonly checks: readonly Check[];
  readonly measuresNot: string;
}
