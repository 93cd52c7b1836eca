import type {SimulatedDecision} from './simulate-decision.ts';

/** Counts over decisions: sums, so that it does not matter who counted which. */
export interface Tally {
  readonly decisions: number;
  readonly go: number;
  readonly noGo: number;
  readonly inconclusive: number;
  readonly undecidable: number;
  readonly covered: number;
  readonly claimed: number;
  /** NO-GO, or a difference claimed. */
  readonly alarms: number;
  readonly pairs: number;
}

export const emptyTally: Tally = {
  decisions: 0,
  go: 0,
  noGo: 0,
  inconclusive: 0,
  undecidable: 0,
  covered: 0,
  claimed: 0,
  alarms: 0,
  pairs: 0,
};

export const tallyOf = ({verdict, covered, claimed, undecidable, pairs}: SimulatedDecision): Tally => ({
  decisions: 1,
  go: Number(verdict === 'GO'),
  noGo: Number(verdict === 'NO-GO'),
  inconclusive: Number(verdict === 'INCONCLUSIVE'),
  undecidable: Number(undecidable),
  covered: Number(covered),
  claimed: Number(claimed),
  alarms: Number(claimed || verdict === 'NO-GO'),
  pairs,
});

export const added = (one: Tally, other: Tally): Tally => ({
  decisions: one.decisions + other.decisions,
  go: one.go + other.go,
  noGo: one.noGo + other.noGo,
  inconclusive: one.inconclusive + other.inconclusive,
  undecidable: one.undecidable + other.undecidable,
  covered: one.covered + other.covered,
  claimed: one.claimed + other.claimed,
  alarms: one.alarms + other.alarms,
  pairs: one.pairs + other.pairs,
});
