import type {DropIn} from '../contract/drop-in.ts';
import type {RunRecord} from '../schema/record.ts';
import type {Trial} from '../schema/trial.ts';
import {percentile} from '../stats/percentile.ts';
import {type TableColumn, tableColumns, voidCodes} from './columns.ts';
import {type ComparedChecks, compareChecks} from './compare-checks.ts';
import {type ComparedMemory, compareMemory} from './compare-memory.ts';
import type {ComparedParity} from './compare-parity.ts';
import {type Difference, differentConditions} from './conditions.ts';
import {gpusOf} from './gpu-count.ts';
import {phaseMeasures} from './topology/phases.ts';
import {balanceMeasures} from './topology/shares.ts';
import {loadText, trialName, workloadText} from './trial-text.ts';
import {turnMeasures} from './turn-columns.ts';

/** One measure over the repetitions of a suite in one run. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface ComparedMeasure {
  readonly key: string;
  readonly title: string;
  readonly unit: string;
  /** Null is "not measured" or "not told". */
  readonly a: Spread | null;
  readonly b: Spread | null;
  /** Median of B over median of A; null where one is missing, void or 0. */
  readonly ratio: number | null;
}

/** Which trials of a suite stand behind one run's numbers. */
export interface UsedTrials {
  readonly valid: number;
  /** Each with the reason; shown as the numbers only where no trial is valid. */
  readonly void: readonly string[];
}

export interface ComparedSuite {
  readonly suite: string;
  readonly workload: string;
  readonly load: string;
  readonly trials: {readonly a: UsedTrials; readonly b: UsedTrials};
  readonly measures: readonly ComparedMeasure[];
}

export interface Comparison {
  readonly runs: {readonly a: RunRecord; readonly b: RunRecord};
  readonly differences: readonly Difference[];
  /** That the servers of each were on, where these are not as many; else null. */
  readonly gpus: {readonly a: number; readonly b: number} | null;
  readonly suites: readonly ComparedSuite[];
  readonly memory: readonly ComparedMemory[];
  /** Null where not both runs have the answers of such an examination. */
  readonly parity: ComparedParity | null;
  readonly dropIn: DropIn | null;
  /** Of the examinations whose verdict is in their checks; empty where not both runs have one. */
  readonly checks: readonly ComparedChecks[];
  /** Suites without a counterpart of the same name, workload and load. */
  readonly only: {readonly a: readonly string[]; readonly b: readonly string[]};
}

const isValid = (trial: Trial) => voidCodes(trial) === null;

const usedTrials = (trials: readonly Trial[]): UsedTrials => ({
  valid: trials.filter(isValid).length,
  void: trials.filter(trial => !isValid(trial)).map(trial => `${trialName(trial)} (${voidCodes(trial)})`),
});

const spreadOf = (trials: readonly Trial[], {read}: TableColumn<Trial>): Spread | null => {
  const valid = trials.filter(isValid);
  const values = (valid.length > 0 ? valid : trials).map(read).filter(value => typeof value === 'number');
  const sorted = values.sort((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  return min === undefined || max === undefined ? null : {median: percentile(sorted, 0.5), min, max};
};

const compareSuite = (a: readonly Trial[], b: readonly Trial[]): readonly ComparedMeasure[] => {
  const usable = a.some(isValid) && b.some(isValid);
  const trials = [...a, ...b];
  return [...tableColumns(trials), ...turnMeasures(trials), ...phaseMeasures(trials), ...balanceMeasures(trials)]
    .filter(({part}) => part === 'measure')
    .map(column => {
      const {key, title, unit} = column;
      const [inA, inB] = [spreadOf(a, column), spreadOf(b, column)];
      const ratio = usable && inA !== null && inB !== null && inA.median !== 0 ? inB.median / inA.median : null;
      return {key, title, unit, a: inA, b: inB, ratio};
    });
};

/** What a GPU of each brought, where they were not as many. */
const perGpu = (measures: readonly ComparedMeasure[], gpus: Comparison['gpus']): readonly ComparedMeasure[] =>
  measures.flatMap(measure => {
    if (gpus === null || !rates.includes(measure.key)) return [];
    const {a, b, ratio} = measure;
    const shareOf = (spread: Spread | null, count: number): Spread | null =>
      spread && {median: spread.median / count, min: spread.min / count, max: spread.max / count};
    return [
      {
        ...{key: `${measure.key}_per_gpu`, title: `${measure.title} per GPU`, unit: measure.unit},
        ...{a: shareOf(a, gpus.a), b: shareOf(b, gpus.b), ratio: ratio && (ratio * gpus.a) / gpus.b},
      },
    ];
  });
const rates = ['output_tokens_per_second', 'items_per_second', 'requests_per_second'];

/** Null where they are as many, or it is not known of both. */
const unequalGpus = (a: RunRecord, b: RunRecord): Comparison['gpus'] => {
  const [inA, inB] = [gpusOf(a), gpusOf(b)];
  return inA === null || inB === null || inA === inB ? null : {a: inA, b: inB};
};

/** The records are validated, so that equal specs have equal JSON. */
const identity = ({suite, workload, load}: Trial) => JSON.stringify([suite, workload, load]);
const nameOf = ({suite, workload, load}: Trial) => `${suite} (${workloadText(workload)}, ${loadText(load)})`;

const unmatched = (trials: readonly Trial[], others: readonly Trial[]): string[] => {
  const known = new Set(others.map(identity));
  return [...new Set(trials.filter(trial => !known.has(identity(trial))).map(nameOf))];
};

/** Two runs side by side. Describes; decides nothing: the unit of a decision is a block of a design, not a run. */
export const compareRuns = (
  a: RunRecord,
  b: RunRecord,
  answers: Pick<Comparison, 'parity' | 'dropIn'> = {parity: null, dropIn: null},
): Comparison => {
  const inB = Map.groupBy(b.trials, identity);
  const gpus = unequalGpus(a, b);
  const suites = [...Map.groupBy(a.trials, identity)].flatMap(([key, trials]) => {
    const [first] = trials;
    const others = inB.get(key);
    if (first === undefined || others === undefined) return [];
    const measures = compareSuite(trials, others);
    return [
      {
        suite: first.suite,
        workload: workloadText(first.workload),
        load: loadText(first.load),
        trials: {a: usedTrials(trials), b: usedTrials(others)},
        measures: [...measures, ...perGpu(measures, gpus)],
      },
    ];
  });
  return {
    runs: {a, b},
    differences: differentConditions(a, b),
    gpus,
    suites,
    memory: compareMemory(a, b),
    ...answers,
    checks: compareChecks(a, b),
    only: {a: unmatched(a.trials, b.trials), b: unmatched(b.trials, a.trials)},
  };
};
