import {arms} from '../../../schema/block.ts';
import type {RunRecord} from '../../../schema/record.ts';
import {roleOf} from '../../../schema/request.ts';
import type {Sweep} from '../../../schema/sweep.ts';
import {sideStyle} from '../../charts/side-style.ts';
import {shownNumber} from '../../number.ts';
import type {DecidedRun} from '../decided-run.ts';
import type {DecisionChart} from './decision-chart.ts';

const isVoidTrial = ({trials}: RunRecord, index: number) =>
  trials.find(trial => trial.index === index)?.findings.some(({severity}) => severity === 'void') ?? false;

interface Level {
  readonly level: number;
  readonly throughput: number;
}

/** Of valid trials, in ascending order of the load. */
const levelsOf = (record: RunRecord, stage: string): Level[] =>
  record.sweeps
    .filter(sweep => sweep.stage === stage)
    .flatMap(({levels}) => levels)
    .flatMap(({trial, level, throughput}) =>
      throughput === null || isVoidTrial(record, trial) ? [] : [{level, throughput}],
    )
    .sort((a, b) => a.level - b.level);

/** Round steps from 0 to at least the largest. */
const upTo = (largest: number): number[] => {
  const rough = largest / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5].find(digit => digit * power >= rough) ?? 10) * power;
  return Array.from({length: Math.ceil(largest / step) + 1}, (_, place) => Number((place * step).toPrecision(6)));
};

const unitOf = (record: RunRecord, {levels}: Sweep): string => {
  const trial = record.trials.find(({index}) => index === levels[0]?.trial);
  return trial === undefined || roleOf(trial.workload.kind) === 'chat' ? 'output tokens a second' : 'items a second';
};

const chartOf = ({records}: DecidedRun, sweep: Sweep): DecisionChart | null => {
  const {stage, spec} = sweep;
  const levels = {baseline: levelsOf(records.baseline, stage), candidate: levelsOf(records.candidate, stage)};
  const all = [...levels.baseline, ...levels.candidate];
  const [first] = all;
  if (first === undefined) return null;
  const unit = unitOf(records.baseline, sweep);
  const load = spec.over === 'concurrency' ? 'requests in flight' : 'requests a second';
  const steps = [...new Set(all.map(({level}) => level))].sort((a, b) => a - b);
  const throughputs = upTo(Math.max(...all.map(({throughput}) => throughput), 1));
  const at = (arm: 'baseline' | 'candidate', level: number) =>
    levels[arm].find(one => one.level === level)?.throughput ?? null;
  const best = arms.flatMap(arm => {
    const [most] = levels[arm].toSorted((a, b) => b.throughput - a.throughput);
    return most === undefined
      ? []
      : [`The ${arm} reached ${shownNumber(most.throughput, unit)} at ${most.level} ${load}.`];
  });
  return {
    ...{name: `concurrency-${stage}`, kind: 'concurrency', workload: null},
    title: `${stage}: throughput against ${spec.over}`,
    description: `${unit[0]?.toUpperCase()}${unit.slice(1)} at each level of load, one trial each; described and not judged. ${best.join(' ')}`,
    config: {
      heightPx: 340,
      x: {
        ...{
          text: `${load} (logarithmic)`,
          type: 'logarithmic',
          min: (steps[0] ?? 1) / 1.15,
          max: (steps.at(-1) ?? 1) * 1.15,
        },
        marks: steps.map(value => ({value, label: String(value)})),
      },
      y: {
        ...{text: unit, type: 'linear', min: 0, max: throughputs.at(-1) ?? 1},
        marks: throughputs.map(value => ({value, label: String(value)})),
      },
      curves: arms.map(arm => ({
        ...{label: arm, ...sideStyle[arm], width: 2.5},
        points: levels[arm].map(({level, throughput}) => ({x: level, y: throughput})),
        texts: levels[arm].map(
          ({level, throughput}) => `${arm}\n${shownNumber(throughput, unit)} ${unit} at ${level} ${load}`,
        ),
      })),
    },
    table: {
      columns: [load, ...arms.map(arm => `${arm}, ${unit}`)],
      rows: steps.map(level => [
        String(level),
        ...arms.map(arm => {
          const throughput = at(arm, level);
          return throughput === null ? null : shownNumber(throughput, unit);
        }),
      ]),
    },
  };
};

/** One chart for each stage that either side swept; none where nothing was. */
export const concurrencyCharts = (run: DecidedRun): readonly DecisionChart[] => {
  const sweeps = arms.flatMap(arm => run.records[arm].sweeps);
  const stages = [...new Map(sweeps.toReversed().map(sweep => [sweep.stage, sweep])).values()];
  return stages.toReversed().flatMap(sweep => chartOf(run, sweep) ?? []);
};
