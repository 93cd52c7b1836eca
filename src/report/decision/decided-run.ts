import type {BlockSeries} from '../../schema/block.ts';
import type {Claim, ClaimVerdict} from '../../schema/claim.ts';
import type {Decision} from '../../schema/decision.ts';
import type {RunRecord} from '../../schema/record.ts';
import type {Verdict} from '../../schema/verdict.ts';

/** All that a report of a decision is made from. */
export interface DecidedRun {
  readonly decision: Decision;
  readonly verdict: Verdict;
  readonly records: {readonly baseline: RunRecord; readonly candidate: RunRecord};
  /** In the order of `decision.blocks`. */
  readonly series: readonly BlockSeries[];
  /** The whole ledger, with what this decision says to it. */
  readonly claims: readonly {readonly claim: Claim; readonly verdict: ClaimVerdict}[];
}
