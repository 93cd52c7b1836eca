import type {Claim, ClaimVerdict} from '../schema/claim.ts';
import type {Evidence} from './evidence.ts';

export type Judged = Omit<ClaimVerdict, 'id'>;

/** What a claim comes to by real evidence. Pure. */
export type Rule = (claim: Claim, evidence: Evidence) => Judged;

/** Blocks are in pairs, and fewer than six cannot reach 5 % however clear they are. */
export const fewestPairs = 6;

const judged = (outcome: Judged['outcome'], reason: string, evidence: readonly string[]): Judged => ({
  outcome,
  reason,
  morePairs: null,
  evidence: [...new Set(evidence)],
  nearest: null,
});

export const confirmed = (reason: string, evidence: readonly string[]) => judged('confirmed', reason, evidence);

export const refuted = (reason: string, evidence: readonly string[]) => judged('refuted', reason, evidence);

/** `morePairs`: null where more of the same would not tell. */
export const inconclusive = (reason: string, morePairs: number | null, evidence: readonly string[]): Judged => ({
  ...judged('inconclusive', reason, evidence),
  morePairs,
});

/** The nearest statement that can be measured, and what was found of it; null where nothing was. */
interface Nearest {
  readonly statement: string;
  readonly found: string | null;
  readonly evidence: readonly string[];
}

const nearestText = ({statement, found}: Nearest) => `${statement}: ${found ?? 'not run'}`;

export const notRun = (reason: string, nearest: Nearest | null = null): Judged =>
  nearest === null || nearest.found === null
    ? judged('not run', reason, [])
    : {...judged('not run', reason, nearest.evidence), nearest: nearestText(nearest)};

export const notMeasurable = (reason: string, nearest: Nearest): Judged => ({
  ...judged('not measurable as worded', reason, nearest.evidence),
  nearest: nearestText(nearest),
});
