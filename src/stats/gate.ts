import type {Finding} from '../schema/finding.ts';
import type {Trial} from '../schema/trial.ts';
import type {TrialFacts} from './trial-facts.ts';

/** A trial with everything that a judgement of it may look at. */
export interface Judged {
  readonly trial: Omit<Trial, 'findings'>;
  readonly facts: TrialFacts;
  /** Null where time and not a number of requests ends the trial. */
  readonly plannedRequests: number | null;
  /** Requests that were due and never sent. */
  readonly unsent: number;
}

/** One thing that can be wrong with a trial; null where it is not. */
export type Gate = (judged: Judged) => Finding | null;

export const percentText = (share: number) => `${(share * 100).toFixed(1)} %`;

/** Whether `value` is further from `expected` than `share` of it. */
export const isOffBy = (share: number, value: number, expected: number) =>
  Math.abs(value - expected) > share * expected;
