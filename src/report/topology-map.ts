import type {Decision} from '../schema/decision.ts';
import type {MetricName} from '../schema/plan.ts';
import type {RunRecord} from '../schema/record.ts';
import type {Trial} from '../schema/trial.ts';
import type {MetricVerdict, Verdict} from '../schema/verdict.ts';
import type {ComparedSuite} from './compare.ts';
import {compareRuns} from './compare.ts';
import {gpusOf} from './gpu-count.ts';
import {workloadText} from './trial-text.ts';

/** B over A; the interval is of two-sided 95 %, null where there are no blocks in pairs. */
export interface MapRatio {
  readonly estimate: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** What one stage says of two topologies. */
export interface MapRow {
  readonly stage: string;
  readonly workload: string;
  readonly a: string;
  readonly b: string;
  /** That each was on; null where it is not known. */
  readonly gpus: {readonly a: number | null; readonly b: number | null};
  /** Null where it was not measured. */
  readonly ratios: {readonly [K in 'throughput' | 'ttft' | 'tpot']: MapRatio | null};
  /** `a`, `b`, or null: open. */
  readonly winner: string | null;
  /** Why that one, or why none. */
  readonly why: string;
}

/** A decision between two topologies, as it was made. */
export interface DecidedTopologies {
  readonly decision: Decision;
  readonly verdict: Verdict;
  readonly records: {readonly baseline: RunRecord; readonly candidate: RunRecord};
}

const nameOf = ({engine, runId}: RunRecord): string => engine.stack ?? `${engine.name} (${runId})`;

const gpusText = (gpus: number | null) =>
  gpus === null ? 'an unknown number of GPUs' : `${gpus} ${gpus === 1 ? 'GPU' : 'GPUs'}`;

/** What keeps any ratio of the two from naming a winner. */
const unfit = (a: RunRecord, b: RunRecord): string | null => {
  if ([a, b].some(({evidence}) => evidence === 'simulated')) return 'simulated evidence';
  const [inA, inB] = [gpusOf(a), gpusOf(b)];
  return inA === inB && inA !== null ? null : `${gpusText(inA)} against ${gpusText(inB)}`;
};

const medianRatio = ({measures}: ComparedSuite, key: string): MapRatio | null => {
  const estimate = measures.find(measure => measure.key === key)?.ratio ?? null;
  return estimate === null ? null : {estimate, low: null, high: null};
};

const tpotP50 = (trials: readonly Trial[]): number | null => {
  const values = trials.flatMap(({tpotMs}) => (tpotMs === null ? [] : [tpotMs.p50])).sort((a, b) => a - b);
  return values[Math.floor((values.length - 1) / 2)] ?? null;
};

/** Runs one after the other describe: what the machine did in between is in their ratios too, so that none of them wins. */
export const mapOfRuns = ([a, ...others]: readonly RunRecord[]): readonly MapRow[] =>
  a === undefined
    ? []
    : others.flatMap(b =>
        compareRuns(a, b).suites.map(suite => {
          const validOf = ({trials}: RunRecord) =>
            trials.filter(one => one.suite === suite.suite && one.findings.every(({severity}) => severity !== 'void'));
          const [inA, inB] = [tpotP50(validOf(a)), tpotP50(validOf(b))];
          return {
            ...{stage: suite.suite, workload: suite.workload, a: nameOf(a), b: nameOf(b)},
            gpus: {a: gpusOf(a), b: gpusOf(b)},
            ratios: {
              throughput: medianRatio(suite, 'output_tokens_per_second'),
              ttft: medianRatio(suite, 'ttft_p50_ms'),
              tpot: inA === null || inB === null || inA === 0 ? null : {estimate: inB / inA, low: null, high: null},
            },
            winner: null,
            why: unfit(a, b) ?? 'runs, not blocks in turn',
          };
        }),
      );

const fewestPairs = 6;

const judged = (
  {verdict, decision, records: {baseline, candidate}}: DecidedTopologies,
  metric: MetricVerdict | undefined,
): 'candidate' | 'baseline' | string => {
  const why = unfit(baseline, candidate);
  if (why !== null) return why;
  if (verdict.verdict === 'VOID') return 'the decision is VOID';
  if (decision.storedBaseline !== null) return 'the baseline was measured another day';
  if (metric === undefined) return 'not measured';
  if (metric.pairs < fewestPairs) return `${metric.pairs} of ${fewestPairs} pairs`;
  if (metric.difference === 'none') return 'no difference beyond the noise';
  return metric.difference === 'better' ? 'candidate' : 'baseline';
};

/** By each workload's primary metric, where its whole interval lies beyond 1 and beyond the noise of the baseline against itself. */
export const mapOfDecision = (of: DecidedTopologies): readonly MapRow[] => {
  const {decision, verdict, records} = of;
  const sides = {baseline: nameOf(records.baseline), candidate: nameOf(records.candidate)};
  return decision.plan.workloads.map(({name, workload}) => {
    const metrics = verdict.workloads.find(one => one.name === name)?.metrics ?? [];
    const ratioOf = (wanted: MetricName) => metrics.find(({metric}) => metric === wanted)?.ratio ?? null;
    const primary = metrics.find(({rank}) => rank === 'primary');
    const found = judged(of, primary);
    const won = found === 'candidate' || found === 'baseline';
    return {
      ...{stage: name, workload: workloadText(workload), a: sides.baseline, b: sides.candidate},
      gpus: {a: gpusOf(records.baseline), b: gpusOf(records.candidate)},
      ratios: {
        throughput: ratioOf('outputTokensPerSecond'),
        ttft: ratioOf('ttftP50Ms'),
        tpot: ratioOf('tpotP50Ms'),
      },
      winner: won ? sides[found] : null,
      why: won ? `${primary?.metric}, ${primary?.pairs} pairs` : found,
    };
  });
};
