import {arms, type BlockSeries} from '../schema/block.ts';
import type {Decision} from '../schema/decision.ts';
import type {Verdict, VerdictName} from '../schema/verdict.ts';
import {schemaVersion} from '../schema/version.ts';
import {judgeAnswers} from './answers.ts';
import type {SeriesPair} from './block-costs.ts';
import {isSimulated, type Records, voidConditions} from './conditions.ts';
import {failedMore} from './failed-blocks.ts';
import {type JudgedWorkload, judgeWorkload} from './judge-workload.ts';
import {looksOf} from './looks.ts';
import {countText} from './metric-sentence.ts';
import {countPairs, isValid, type Pair, pairsOf, unequalMachine} from './pairs.ts';
import {toSixDigits} from './six-digits.ts';
import {threatsTo} from './threats.ts';

interface Measured {
  readonly decision: Decision;
  /** In the order of `decision.blocks`. */
  readonly series: readonly BlockSeries[];
}

/**
 * The verdict and all that it rests on, from what was measured alone: the same input gives the same bytes. The records are
 * asked for the conditions and not for numbers.
 */
export const judgeDecision = ({decision, series, records}: Measured & {readonly records: Records}): Verdict => {
  const judged = judge({decision, series}, records);
  const {statistics, workloads, pairs, voids} = judged;
  const simulated = isSimulated(decision, records);
  const capped = statistics === 'GO' && simulated;
  const open = workloads.filter(({verdict}) => verdict.outcome !== 'pass');
  const needs = open.map(({verdict}) => verdict.metrics[0]?.morePairs ?? null);
  const valid = workloads.map(({verdict}) => verdict.metrics[0]?.judged?.look ?? 0);
  return toSixDigits({
    schemaVersion,
    decisionId: decision.decisionId,
    verdict: capped ? 'INCONCLUSIVE' : statistics,
    statistics,
    reasons: [
      ...(capped ? ['The numbers say GO, but simulated evidence says nothing of a real engine.'] : []),
      ...judged.reasons,
    ],
    morePairs: statistics === 'INCONCLUSIVE' ? mostOf(needs) : null,
    looks: looksOf(decision.plan).map(look => ({...look, reached: Math.max(0, ...valid) >= look.look})),
    workloads: workloads.map(({verdict}) => verdict),
    answers: [...judged.answers.rows],
    gates: gatesOf(decision, pairs, voids),
    threats: [...threatsTo({decision, records, pairs, workloads: workloads.map(({verdict}) => verdict)})],
  });
};

export interface Progress {
  /** Whether another pair could change nothing. */
  readonly done: boolean;
  /** One sentence: why it goes on, or why it is over. */
  readonly why: string;
  /** Workloads of which the next pair is made. */
  readonly open: readonly string[];
  readonly workloads: readonly Verdict['workloads'][number][];
}

/**
 * What the run asks after each pair: it stops at the first one after which `judgeDecision` would not be inconclusive for want of
 * pairs. Answers that differ do not stop it: how fast the other answers come is what the review asks next.
 */
export const afterPair = (measured: Measured): Progress => {
  const {decision} = measured;
  const speed = {...decision, answers: [], plan: {...decision.plan, answers: null}};
  const {statistics, reasons, workloads} = judge({...measured, decision: speed}, null);
  const open = workloads.filter(({isClosed}) => !isClosed).map(({verdict}) => verdict.name);
  return {
    done: open.length === 0 || statistics !== 'INCONCLUSIVE',
    why: reasons[0],
    open,
    workloads: workloads.map(({verdict}) => toSixDigits(verdict)),
  };
};

interface Judged {
  readonly statistics: VerdictName;
  readonly reasons: readonly [string, ...string[]];
  readonly workloads: readonly JudgedWorkload[];
  readonly pairs: readonly Pair[];
  readonly voids: ReturnType<typeof voidConditions>;
  readonly answers: ReturnType<typeof judgeAnswers>;
}

/** Without records, what they say of conditions is left out. */
const judge = ({decision, series}: Measured, records: Records | null): Judged => {
  const {plan, seed, storedBaseline} = decision;
  const pairs = pairsOf(decision);
  const workloads = plan.workloads.map(planned => {
    const own = pairs.filter(({workload}) => workload === planned.name);
    const valid = (phase: Pair['phase']) =>
      own.filter(pair => pair.phase === phase && isValid(pair)).map(pair => seriesPair(pair, series));
    const aa = valid('aa');
    return judgeWorkload({
      planned,
      plan,
      seed,
      aa: storedBaseline !== null && aa.length < 2 ? null : aa,
      ab: valid('ab'),
      counted: {aa: countPairs(own, planned.name, 'aa'), ab: countPairs(own, planned.name, 'ab')},
      voidText: voidText(own),
    });
  });
  const answers = judgeAnswers(decision);
  const voids = voidConditions(decision, records);
  const [statistics, reasons] = weigh({
    ...{workloads, answers},
    failed: failedMore(pairs),
    voids: voids.map(({message}) => message),
  });
  return {statistics, reasons, workloads, pairs, voids, answers};
};

const seriesPair = ({blocks}: Pair, series: readonly BlockSeries[]): SeriesPair => {
  const [baseline, candidate] = arms.map(place => {
    const {index, block} = blocks[place];
    const found = series[index];
    if (found === undefined || found.pair !== block.pair || found.workload !== block.workload || found.place !== place)
      throw new RangeError(
        `series ${index} is not that of block ${index}: ${block.workload}, pair ${block.pair}, ${place}`,
      );
    return found;
  });
  return {baseline, candidate} as SeriesPair;
};

interface Weighed {
  readonly workloads: readonly JudgedWorkload[];
  readonly answers: ReturnType<typeof judgeAnswers>;
  /** Sentences on blocks that the candidate failed in. */
  readonly failed: readonly string[];
  readonly voids: readonly string[];
}

/**
 * Conditions that make every number void come first. What was shown to be worse then outweighs what is missing, since no more
 * evidence would turn it into a GO; and what is missing never passes.
 */
const weigh = ({workloads, answers, failed, voids}: Weighed): [VerdictName, readonly [string, ...string[]]] => {
  const [condition, ...conditions] = voids;
  if (condition !== undefined) return ['VOID', [condition, ...conditions]];
  const said = (which: (judged: JudgedWorkload) => boolean) =>
    workloads.filter(which).map(({verdict: {name, reason}, isVoid}) => (isVoid ? reason : `${name}: ${reason}`));

  const [worse, ...worseToo] = [
    ...said(({isVoid, verdict}) => !isVoid && verdict.outcome === 'fail'),
    ...answers.differing,
  ];
  if (worse !== undefined) return ['NO-GO', [worse, ...worseToo]];
  const [spent, ...spentToo] = said(({isVoid}) => isVoid);
  if (spent !== undefined) return ['VOID', [spent, ...spentToo]];
  const [open, ...openToo] = [...said(({verdict}) => verdict.outcome !== 'pass'), ...failed, ...answers.unknown];
  if (open !== undefined) return ['INCONCLUSIVE', [open, ...openToo]];
  if (workloads.length === 0) return ['INCONCLUSIVE', ['No workload was judged.']];
  const where = workloads.length === 1 ? 'the workload' : `any of the ${workloads.length} workloads`;
  const same =
    answers.same.length === 0 ? '' : `, and its answers are as near as the plan asks (${answers.same.join(', ')})`;
  return [
    'GO',
    [`The candidate is not worse than its margin in ${where}${same}.`, ...said(() => true), ...unshown(workloads)],
  ];
};

/** Secondary metrics that the noise hides do not stop a GO, and who signs it is to know them. */
const unshown = (workloads: readonly JudgedWorkload[]): readonly string[] =>
  workloads.flatMap(({verdict: {name, metrics}}) =>
    metrics
      .filter(({rank, outcome}) => rank === 'secondary' && (outcome === 'inconclusive' || outcome === 'undecidable'))
      .map(({reason}) => `${name}: ${reason}`),
  );

/** "3 of 5 pairs were void (throttled 2, unequal-output 1)". */
const voidText = (pairs: readonly Pair[]): string => {
  const codes = pairs.flatMap(pair => pair.void);
  const counts = [...new Set(codes)].sort().map(code => `${code} ${codes.filter(other => other === code).length}`);
  const bad = pairs.filter(pair => !isValid(pair)).length;
  return `${bad} of ${countText(pairs.length, 'pair')} were void (${counts.join(', ')})`;
};

/** Null also where one of them is: pairs that decide the others would not end the matter. */
const mostOf = (needs: readonly (number | null)[]): number | null => {
  const told = needs.filter(need => need !== null);
  return told.length === 0 || told.length < needs.length ? null : Math.max(...told);
};

const gatesOf = ({blocks}: Decision, pairs: readonly Pair[], voids: Judged['voids']): Verdict['gates'] => {
  const apart = pairs.filter(pair => pair.void.includes(unequalMachine)).length * arms.length;
  const counts = new Map(voids.map(({code}) => [code, blocks.length]));
  for (const code of blocks.flatMap(block => block.void)) counts.set(code, (counts.get(code) ?? 0) + 1);
  if (apart > 0) counts.set(unequalMachine, (counts.get(unequalMachine) ?? 0) + apart);
  return [...counts]
    .map(([code, count]) => ({code, blocks: count}))
    .sort((a, b) => b.blocks - a.blocks || (a.code < b.code ? -1 : 1));
};
