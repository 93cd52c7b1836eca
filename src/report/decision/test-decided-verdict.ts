import type {Arm, BlockSeries} from '../../schema/block.ts';
import type {Decision} from '../../schema/decision.ts';
import type {DecisionPlan, PlannedMetric} from '../../schema/plan.ts';
import type {MetricVerdict, Outcome, Verdict, VerdictName, WorkloadVerdict} from '../../schema/verdict.ts';
import {schemaVersion} from '../../schema/version.ts';
import {metrics, metricValue} from '../../stats/metrics.ts';
import {percentile} from '../../stats/percentile.ts';

/** Student's t, two-sided 95 % (n = 6) and one-sided 95 % (n = 4 and 6): enough for an example. */
const t = {twoSided: 2.571, upper: 2.015, floor: 2.353};

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]) => {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
};
const median = (values: readonly number[]) =>
  percentile(
    values.toSorted((a, b) => a - b),
    0.5,
  );

const percent = (share: number | null) => (share === null ? '' : `${(share * 100).toPrecision(2)} %`);

type Pair = Readonly<Record<Arm, BlockSeries>>;

/** What is the same in every metric before it is judged. */
const unjudged = {
  judged: null,
  ratio: null,
  floorShare: null,
  difference: 'none',
  equivalent: null,
  morePairs: null,
} as const;
const unshown = {hodgesLehmannRatio: null, mannWhitneyP: null, holmP: null, pairRatios: [], aaRatios: []};

const metricOf = (
  {metric, marginShare}: PlannedMetric,
  place: number,
  aa: readonly Pair[],
  ab: readonly Pair[],
): MetricVerdict => {
  const {better} = metrics[metric];
  const rank = place === 0 ? 'primary' : 'secondary';
  const limitRatio = marginShare === null ? null : better === 'lower' ? 1 + marginShare : 1 / (1 + marginShare);
  const known = {
    metric,
    rank,
    better,
    marginShare,
    limitRatio,
    baseline: null,
    candidate: null,
    pairs: ab.length,
  } as const;
  const valuesOf = (pairs: readonly Pair[], arm: Arm) =>
    pairs.map(pair => metricValue(metrics[metric], pair[arm].series) ?? Number.NaN);
  const [baselines, candidates] = [valuesOf(ab, 'baseline'), valuesOf(ab, 'candidate')];
  if (ab.length < 2 || baselines.some(Number.isNaN)) {
    const reason =
      ab.length < 2
        ? `Only ${ab.length} valid pairs.`
        : 'n too small for a certified P99: a block has 350 requests and needs 662.';
    return {...known, ...unjudged, ...unshown, outcome: 'missing', reason};
  }
  const ratios = candidates.map((value, pair) => value / (baselines[pair] ?? Number.NaN));
  const aaBaselines = valuesOf(aa, 'baseline');
  const aaRatios = valuesOf(aa, 'candidate').map((value, pair) => value / (aaBaselines[pair] ?? Number.NaN));
  const logs = ratios.map(Math.log);
  const error = deviation(logs) / Math.sqrt(logs.length);
  const floorShare = Math.exp((t.floor * deviation(aaRatios.map(Math.log))) / Math.sqrt(aaRatios.length)) - 1;
  const at = (factor: number) => Math.exp(mean(logs) + factor * error);
  const [low, high] = [at(-t.upper), at(t.upper)];
  const [best, worst] = better === 'lower' ? [low, high] : [high, low];
  const beyond = (value: number, limit: number) => (better === 'lower' ? value > limit : value < limit);
  const outcomeAt = (limit: number): Outcome =>
    beyond(best, limit) ? 'fail' : beyond(worst, limit) ? 'inconclusive' : 'pass';
  const outcome: Outcome =
    limitRatio === null || marginShare === null
      ? 'shown'
      : marginShare < floorShare
        ? 'undecidable'
        : outcomeAt(limitRatio);
  const reason = {
    pass: `Worse by the margin of ${percent(marginShare)} is ruled out.`,
    fail: `Worse by more than the margin of ${percent(marginShare)}.`,
    inconclusive: `The interval reaches over the margin of ${percent(marginShare)}.`,
    undecidable: `The margin of ${percent(marginShare)} is below the noise floor of ${percent(floorShare)}: this machine cannot decide it.`,
    shown: 'Shown and not judged: the plan has no margin for it.',
    missing: '',
  }[outcome];
  const side = better === 'lower' ? 1 : -1;
  const difference =
    side * (at(-side * t.twoSided) - 1) > floorShare
      ? 'worse'
      : side * (at(side * t.twoSided) - 1) < -floorShare
        ? 'better'
        : 'none';
  return {
    ...{...known, ...unjudged, outcome, reason, difference, floorShare},
    ...{baseline: median(baselines), candidate: median(candidates), pairRatios: ratios, aaRatios},
    ratio: {estimate: at(0), low: at(-t.twoSided), high: at(t.twoSided)},
    judged: limitRatio === null ? null : {look: 1, pairs: ab.length, alpha: 0.05, low, high},
    equivalent: limitRatio === null ? null : Math.max(high, 1 / low) < 1 + (marginShare ?? 0),
    hodgesLehmannRatio: Math.exp(median(logs)),
    mannWhitneyP: difference === 'none' ? 0.39 : 0.0022,
    holmP: rank === 'primary' || limitRatio === null ? null : outcome === 'fail' ? 0.004 : 0.61,
    morePairs: outcome === 'inconclusive' ? 4 : null,
  };
};

const pairsOf = (decision: Decision, series: readonly BlockSeries[], phase: 'aa' | 'ab', workload: string) => {
  const places = decision.blocks.flatMap((block, place) =>
    block.phase === phase && block.workload === workload ? [{block, series: series[place] as BlockSeries}] : [],
  );
  const pairs = [...Map.groupBy(places, ({block}) => block.pair).values()];
  const valid = pairs.filter(pair => pair.every(({block}) => block.void.length === 0));
  const byArm = valid.map(
    pair => Object.fromEntries(pair.map(({block, series: one}) => [block.place, one])) as unknown as Pair,
  );
  return {valid: byArm, voidPairs: pairs.length - valid.length};
};

const workloadOf = (
  {name, metrics}: DecisionPlan['workloads'][number],
  decision: Decision,
  series: readonly BlockSeries[],
): WorkloadVerdict => {
  const aa = pairsOf(decision, series, 'aa', name);
  const ab = pairsOf(decision, series, 'ab', name);
  const judged = metrics.map((metric, place) => metricOf(metric, place, aa.valid, ab.valid));
  const failed = judged.find(({outcome}) => outcome === 'fail');
  const {metric, outcome, reason} = (failed ?? judged[0]) as MetricVerdict;
  return {
    name,
    outcome,
    reason: `${metric}: ${reason}`,
    validPairs: ab.valid.length,
    voidPairs: ab.voidPairs,
    metrics: judged,
  };
};

const sentences: Readonly<Record<VerdictName, string>> = {
  GO: 'No workload is worse than its margin, and the required answers are the same.',
  'NO-GO': 'embed: the candidate is worse than the margin of 10 % in items a second: 0.855 of the baseline.',
  INCONCLUSIVE: 'embed: the interval of items a second reaches over the margin of 10 %; 4 more pairs would decide it.',
  VOID: 'embed: all pairs were void by the gate gpu-throttled.',
};

/** A verdict about the example's series, by a plain t interval: for reports, not a judge. */
export const exampleVerdict = (decision: Decision, series: readonly BlockSeries[]): Verdict => {
  const workloads = decision.plan.workloads.map(planned => workloadOf(planned, decision, series));
  const has = (outcome: Outcome) => workloads.some(({metrics}) => metrics.some(metric => metric.outcome === outcome));
  const isVoid = workloads.some(({validPairs}) => validPairs < 2);
  const primariesPass = workloads.every(({metrics: [primary]}) => primary?.outcome === 'pass');
  const statistics = has('fail') ? 'NO-GO' : isVoid ? 'VOID' : primariesPass ? 'GO' : 'INCONCLUSIVE';
  const isCapped = decision.evidence === 'simulated' && statistics === 'GO';
  const codes = Map.groupBy(
    decision.blocks.flatMap(block => block.void),
    code => code,
  );
  const most = decision.plan.lookPairs;
  return {
    ...{schemaVersion, decisionId: decision.decisionId, statistics},
    verdict: isCapped ? 'INCONCLUSIVE' : statistics,
    reasons: [
      ...(isCapped ? ['The numbers alone say GO, but simulated evidence can never settle a migration.'] : []),
      sentences[statistics],
      ...workloads.filter(({outcome}) => outcome !== 'pass').map(({name, reason}) => `${name}: ${reason}`),
    ],
    morePairs: statistics === 'INCONCLUSIVE' ? 4 : null,
    looks: most.map((pairs, place) => ({look: place + 1, pairs, alpha: 0.02 - 0.003 * place, reached: place === 0})),
    workloads,
    answers: decision.answers.map(answer => ({
      ...answer,
      required: decision.plan.answers?.required.includes(answer.role) ?? false,
    })),
    gates: [...codes].map(([code, blocks]) => ({code, blocks: blocks.length})),
    threats: [
      'The model digests of the two sides were not told; that they are the same rests on the names.',
      'Both sides shared one card: the idle one held its memory while the other was measured.',
    ],
  };
};
