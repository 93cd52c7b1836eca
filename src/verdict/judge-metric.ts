import type {Phase} from '../schema/block.ts';
import type {MetricVerdict, Outcome} from '../schema/verdict.ts';
import {isEquivalent} from '../stats/tost.ts';
import type {CostPair, TwoLevel} from '../stats/two-level.ts';
import type {Look} from './looks.ts';
import {morePairs} from './more-pairs.ts';

/** One metric of one workload in numbers alone. All effects are ln(candidate's cost ÷ baseline's): above 0 the candidate is worse. */
export interface MetricInput {
  /** Null: shown and not judged. */
  readonly marginShare: number | null;
  /** Pairs of the baseline against itself; null where the design has none, and then there is no floor either. */
  readonly aa: readonly CostPair[] | null;
  /** Valid pairs in order. Looks are taken at the first so many of them. */
  readonly ab: readonly CostPair[];
  readonly looks: readonly Look[];
  /** One-sided level of the floor and of equivalence. */
  readonly alpha: number;
  /** What the first so many pairs of a phase say, at least two: the same whenever it is asked for (mean-effect.ts). */
  readonly drawn: (phase: Phase, pairs: number) => TwoLevel;
}

export interface Bounds {
  readonly low: number;
  readonly high: number;
}

export interface MetricJudgement {
  readonly outcome: Outcome;
  /** Over all pairs, with the two-sided 95 % interval; null without pairs. */
  readonly effect: {readonly estimate: number; readonly interval: Bounds | null} | null;
  /** At the look that decided, or at the latest one. */
  readonly judged: (Look & Bounds) | null;
  /** Half-width of the A/A pairs' interval, for as many pairs as the last look has, or how far off 0 that lies. */
  readonly floor: number | null;
  readonly difference: MetricVerdict['difference'];
  readonly equivalent: boolean | null;
  readonly morePairs: number | null;
}

/** Of an interval that is shown: 95 %, two-sided. */
const shownAlpha = 0.025;

export const marginOf = (marginShare: number): number => Math.log(1 + marginShare);

/**
 * A workload's primary metric. At each look, `pass` where the upper bound of the effect lies below the margin, `fail` where the
 * lower one lies above it, each at the level of the look; what was decided first stays. A margin below the noise floor is
 * 'undecidable', unless the effect is beyond the floor too: then it fails, or passes on the other side.
 */
export const judgeMetric = (input: MetricInput): MetricJudgement => {
  const shown = showMetric(input);
  const {marginShare, ab, looks, drawn} = input;
  if (marginShare === null) return {...shown, outcome: 'shown'};
  if (shown.floor === null && input.aa !== null) return {...shown, outcome: 'missing'};
  const {passBelow, failAbove} = limitsOf(marginShare, shown.floor);

  let judged: MetricJudgement['judged'] = null;
  for (const look of looks) {
    if (look.pairs > ab.length) break;
    const all = drawn('ab', look.pairs);
    judged = {...look, low: all.lower(look.alpha), high: all.upper(look.alpha)};
    if (judged.high < passBelow) return {...shown, judged, outcome: 'pass'};
    if (judged.low > failAbove) return {...shown, judged, outcome: 'fail'};
  }
  if (passBelow < failAbove) return {...shown, judged, outcome: 'undecidable'};
  return {...shown, judged, outcome: 'inconclusive', morePairs: morePairs({pairs: ab, looks, margin: failAbove})};
};

/** Between the two nothing can be told; they are one where the margin is above the noise floor. */
const limitsOf = (marginShare: number, floor: number | null) => {
  const margin = marginOf(marginShare);
  return floor === null || margin >= floor
    ? {passBelow: margin, failAbove: margin}
    : {passBelow: -floor, failAbove: floor};
};

/**
 * A secondary metric, at the pairs at which its workload was closed; null while it is open. It is tested once, but when is up to
 * the primary one, with which it goes up and down: at the whole alpha, one just at its margin would fail 7 % of the time. So its
 * level is that of the look (Hung, Wang and O'Neill 2007). `p` is that of being worse than the margin, and than the noise floor
 * where that is wider, for Holm's correction.
 */
export const judgeSecondary = (
  input: MetricInput,
  closed: Look | null,
): MetricJudgement & {readonly p: number | null} => {
  const shown = {...showMetric(input), p: null};
  const {marginShare, aa, ab, drawn} = input;
  if (marginShare === null) return {...shown, outcome: 'shown'};
  if (shown.floor === null && aa !== null) return {...shown, outcome: 'missing'};
  const {passBelow, failAbove} = limitsOf(marginShare, shown.floor);
  const open = passBelow < failAbove ? 'undecidable' : 'inconclusive';
  if (closed === null || closed.pairs > ab.length) return {...shown, outcome: open};
  const all = drawn('ab', closed.pairs);
  const judged = {...closed, low: all.lower(closed.alpha), high: all.upper(closed.alpha)};
  return {...shown, judged, p: all.pAbove(failAbove), outcome: judged.high < passBelow ? 'pass' : open};
};

/** What is shown of any metric, whether it is judged or not. */
const showMetric = (input: MetricInput): Omit<MetricJudgement, 'outcome'> => {
  const {ab, alpha, marginShare, drawn} = input;
  const floor = floorOf(input);
  const nothing = {floor, judged: null, morePairs: null, difference: 'none', equivalent: null} as const;
  const [first] = ab;
  if (first === undefined) return {...nothing, effect: null};
  if (ab.length < 2)
    return {...nothing, effect: {estimate: first.candidate.cost - first.baseline.cost, interval: null}};
  const all = drawn('ab', ab.length);
  const interval = {low: all.lower(shownAlpha), high: all.upper(shownAlpha)};
  return {
    ...nothing,
    effect: {estimate: all.estimate, interval},
    difference: differenceOf(interval, floor),
    equivalent: marginShare === null ? null : isEquivalent(all, {margin: marginOf(marginShare), alpha}),
  };
};

/**
 * Half-width of the A/A pairs' interval, as it would be of as many pairs as the last look has: what the whole decision can tell
 * from nothing. That of the few A/A pairs themselves refuses 40 % of margins that the decision resolves (docs/verdict-calibration.md).
 * Where that interval has no 0 in it the two places of a pair are not alike, and the floor is at least what is shown of that.
 */
const floorOf = ({aa, alpha, looks, drawn}: MetricInput): number | null => {
  if (aa === null || aa.length < 2) return null;
  const same = drawn('aa', aa.length);
  const most = Math.max(aa.length, looks.at(-1)?.pairs ?? 0);
  const [low, high] = [same.lower(alpha), same.upper(alpha)];
  return Math.max(((high - low) / 2) * Math.sqrt(aa.length / most), low, -high);
};

/** Without a floor none can be shown: nobody knows by how much the baseline differs from itself. */
const differenceOf = ({low, high}: Bounds, floor: number | null): MetricVerdict['difference'] => {
  if (floor === null) return 'none';
  if (low > floor) return 'worse';
  return high < -floor ? 'better' : 'none';
};
