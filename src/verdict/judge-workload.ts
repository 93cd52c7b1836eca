import type {Phase} from '../schema/block.ts';
import type {DecisionPlan, PlannedMetric, PlannedWorkload} from '../schema/plan.ts';
import type {MetricVerdict, Outcome, Verdict} from '../schema/verdict.ts';
import {holm} from '../stats/holm.ts';
import {fewestValues, metrics} from '../stats/metrics.ts';
import type {CostPair} from '../stats/two-level.ts';
import {costPair, type SeriesPair} from './block-costs.ts';
import {judgeMetric, judgeSecondary, type MetricInput, type MetricJudgement} from './judge-metric.ts';
import {type Look, looksOf} from './looks.ts';
import {meanEffect} from './mean-effect.ts';
import {countText, metricSentence} from './metric-sentence.ts';
import {describeMetric} from './metric-verdict.ts';
import {attemptsLeft, type Counted} from './pairs.ts';

export interface WorkloadInput {
  readonly planned: PlannedWorkload;
  readonly plan: DecisionPlan;
  readonly seed: number;
  /** Valid pairs in order; null where the design has no pairs of the baseline against itself. */
  readonly aa: readonly SeriesPair[] | null;
  readonly ab: readonly SeriesPair[];
  readonly counted: Readonly<Record<Phase, Counted>>;
  /** Codes of its void pairs with their numbers, for the sentence. */
  readonly voidText: string;
}

type WorkloadVerdict = Verdict['workloads'][number];

export interface JudgedWorkload {
  readonly verdict: WorkloadVerdict;
  /** Too many void pairs: what is missing was measured in vain. */
  readonly isVoid: boolean;
  /** No further pair of it could change the verdict, or none may be made. */
  readonly isClosed: boolean;
}

interface Costs {
  readonly planned: PlannedMetric;
  readonly aa: readonly CostPair[];
  readonly ab: readonly CostPair[];
  readonly missing: string | null;
  readonly input: MetricInput;
}

/**
 * The primary metric is looked at as pairs come in. When it is decided, can never be, or has had its last look, the workload is
 * closed: the secondary metrics are then tested once, at the same pairs, with Holm's correction over those that have a margin.
 */
export const judgeWorkload = (input: WorkloadInput): JudgedWorkload => {
  const {planned, plan, counted, ab} = input;
  const looks = looksOf(plan);
  const [first, ...others] = planned.metrics.map(metric => costsOf(metric, input, looks));
  if (first === undefined) throw new RangeError(`workload ${planned.name} has no metric`);
  const primary = judgedOrMissing(first, () => judgeMetric(first.input));
  const closed = closingLook({
    outcome: primary.outcome,
    judged: primary.judged,
    looks,
    pairs: ab.length,
    counted,
    plan,
  });
  const secondary = others.map(costs => ({
    costs,
    judgement: judgedOrMissing(costs, () => judgeSecondary(costs.input, closed)),
  }));
  const tested = secondary.flatMap(({judgement}) => ('p' in judgement && judgement.p !== null ? [judgement.p] : []));
  const adjusted = holm(tested);

  const say = (costs: Costs, judgement: MetricJudgement, rank: MetricVerdict['rank'], holmP: number | null) => {
    const verdict = describeMetric({...costs, judgement, rank, holmP});
    return {...verdict, reason: metricSentence({verdict, missing: costs.missing, looks})};
  };
  let at = 0;
  const verdicts = [
    say(first, primary, 'primary', null),
    ...secondary.map(({costs, judgement}) => {
      if (!('p' in judgement) || judgement.p === null) return say(costs, judgement, 'secondary', null);
      const holmP = adjusted[at++] ?? 1;
      const outcome = holmP <= (judgement.judged?.alpha ?? 0) ? 'fail' : judgement.outcome;
      return say(costs, {...judgement, outcome}, 'secondary', holmP);
    }),
  ];
  const isVoid =
    isSpent(counted.ab, looks[0]?.pairs ?? 0, plan) || (input.aa !== null && isSpent(counted.aa, plan.aaPairs, plan));
  return {
    isVoid,
    isClosed: isVoid || closed !== null,
    verdict: {
      name: planned.name,
      ...(isVoid ? voidOutcome(input) : outcomeOf(verdicts)),
      validPairs: counted.ab.valid,
      voidPairs: counted.ab.made - counted.ab.valid + counted.aa.made - counted.aa.valid,
      metrics: verdicts,
    },
  };
};

const costsOf = (
  planned: PlannedMetric,
  {aa, ab, plan, seed, planned: {name}}: WorkloadInput,
  looks: readonly Look[],
): Costs => {
  const {metric, marginShare} = planned;
  const pairsOf = (pairs: readonly SeriesPair[]) => pairs.map(pair => costPair(pair, metric, seed));
  const [same, both] = [pairsOf(aa ?? []), pairsOf(ab)];
  const lacking = [...(aa ?? []), ...ab].filter((_, index) => [...same, ...both][index] === null);
  const present = {aa: same.filter(pair => pair !== null), ab: both.filter(pair => pair !== null)};
  return {
    planned,
    ...present,
    missing: lacking.length === 0 ? null : missingText(metric, lacking),
    input: {
      marginShare,
      aa: aa === null ? null : present.aa,
      ab: present.ab,
      looks,
      alpha: plan.alpha,
      drawn: (phase, pairs) => meanEffect(present[phase].slice(0, pairs), seed, 'pairs', phase, name, metric),
    },
  };
};

/** A metric that only some blocks have would be judged by those in which it happened to be there. */
const missingText = (name: PlannedMetric['metric'], lacking: readonly SeriesPair[]): string => {
  const metric = metrics[name];
  const fewest = Math.min(
    ...lacking.flatMap(({baseline, candidate}) =>
      [baseline, candidate].map(({series}) => series[metric.series]?.length ?? 0),
    ),
  );
  const needed = fewestValues(metric);
  const of = `in ${countText(lacking.length, 'pair')}`;
  if (fewest === 0) return `blocks have no ${metric.series} ${of}`;
  if (fewest < needed) return `it needs ${needed} requests a block, and there are ${fewest} ${of}`;
  return `it is not above zero in every resample ${of}`;
};

const judgedOrMissing = <J extends MetricJudgement>({missing, planned}: Costs, judge: () => J): J | MetricJudgement => {
  if (missing === null) return judge();
  const outcome: Outcome = planned.marginShare === null ? 'shown' : 'missing';
  const nothing = {
    effect: null,
    judged: null,
    floor: null,
    difference: 'none',
    equivalent: null,
    morePairs: null,
  } as const;
  return {...nothing, outcome};
};

interface Closing {
  readonly outcome: Outcome;
  readonly judged: Look | null;
  readonly looks: readonly Look[];
  readonly pairs: number;
  readonly counted: Readonly<Record<Phase, Counted>>;
  readonly plan: DecisionPlan;
}

/** The pairs at which the workload is closed, with the look that fell on them; null while it is open. */
const closingLook = ({outcome, judged, looks, pairs, counted, plan}: Closing): Look | null => {
  const reached = looks.filter(look => look.pairs <= pairs);
  const last = reached.at(-1);
  const [first] = reached;
  if (last === undefined || first === undefined) return null;
  if (outcome === 'pass' || outcome === 'fail') return judged;
  // Pairs cannot decide it: the first look's are enough to show what it is.
  if (outcome !== 'inconclusive') return first;
  if (last === looks.at(-1)) return last;
  return attemptsLeft(plan, 'ab', counted.ab) === 0 ? {...last, pairs} : null;
};

/** Whether more pairs were void than may be made again before there were enough. */
const isSpent = ({made, valid}: Counted, enough: number, {spareRuns}: DecisionPlan): boolean =>
  valid < enough && made - valid > spareRuns;

const voidOutcome = ({planned, plan, voidText}: WorkloadInput): Pick<WorkloadVerdict, 'outcome' | 'reason'> => ({
  outcome: 'missing',
  reason: `${planned.name} has too few valid pairs: ${voidText}, and ${countText(plan.spareRuns, 'pair')} may be made again.`,
});

/**
 * The worst of what is judged. A secondary metric guards: it counts where it failed, or where there is no evidence of it at all, and
 * not where its noise hides what it is (a P99 often); that is said beside a GO.
 */
const outcomeOf = (verdicts: readonly MetricVerdict[]): Pick<WorkloadVerdict, 'outcome' | 'reason'> => {
  const [primary, ...secondary] = verdicts;
  if (primary === undefined) throw new RangeError('a workload has a primary metric');
  const failed = verdicts.find(({outcome}) => outcome === 'fail');
  if (failed !== undefined) return {outcome: failed.outcome, reason: failed.reason};
  if (primary.outcome === 'shown')
    return {outcome: 'missing', reason: `${primary.reason} It is primary and has no margin.`};
  if (primary.outcome !== 'pass') return {outcome: primary.outcome, reason: primary.reason};
  const absent = secondary.find(({outcome}) => outcome === 'missing');
  const {outcome, reason} = absent ?? primary;
  return {outcome, reason};
};
