import {type Arm, arms, type BlockSeries, type SeriesName} from '../../../schema/block.ts';
import {FloatColumn} from '../../../schema/float-column.ts';
import {minimumForP99, percentile} from '../../../stats/percentile.ts';
import type {ChartPoint} from '../../charts/chart-spec.ts';
import {positiveAxis} from '../../charts/log-marks.ts';
import {sideStyle} from '../../charts/side-style.ts';
import {shownNumber} from '../../number.ts';
import type {DecidedRun} from '../decided-run.ts';
import type {DecisionChart} from './decision-chart.ts';

/** More points than the chart has columns would not be seen, and a million must not be carried into the page. */
const mostPoints = 400;

/** The share of the values (in %) that are at most x, at evenly spaced ranks up to the largest: each point is exact. */
export const cumulative = (sorted: Float64Array): ChartPoint[] => {
  const points = Math.min(sorted.length, mostPoints);
  return Array.from({length: points}, (_, point) => {
    const rank = Math.ceil(((point + 1) * sorted.length) / points);
    return {x: sorted[rank - 1] ?? Number.NaN, y: Number(((rank * 100) / sorted.length).toPrecision(6))};
  });
};

type Drawn = 'ttftMs' | 'e2eMs';
const drawn: Readonly<Record<Drawn, {readonly short: string; readonly title: string}>> = {
  ttftMs: {short: 'ttft', title: 'time to first token'},
  e2eMs: {short: 'e2e', title: 'time to the whole answer'},
};

type Columns = ReadonlyMap<string, Readonly<Record<Arm, FloatColumn>>>;

/** All values of the valid A/B blocks by workload and side, each block read once. */
const columnsOf = ({decision, series}: DecidedRun, name: SeriesName): Columns => {
  const columns = new Map<string, Record<Arm, FloatColumn>>();
  for (const [place, {phase, void: codes, arm, workload}] of decision.blocks.entries()) {
    const values = (series[place] as BlockSeries | undefined)?.series[name];
    if (phase !== 'ab' || codes.length > 0 || values === undefined) continue;
    const sides = columns.get(workload) ?? {baseline: new FloatColumn(), candidate: new FloatColumn()};
    columns.set(workload, sides);
    sides[arm].pushAll(values);
  }
  return columns;
};

const shares = [0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99] as const;

/** Null where the values are too few to certify it. */
const quantile = (sorted: Float64Array, share: number): number | null =>
  sorted.length === 0 || (share === 0.99 && sorted.length < minimumForP99) ? null : percentile(sorted, share);

const msText = (value: number | null) => (value === null ? null : `${shownNumber(value, 'ms')} ms`);

const chartOf = (workload: string, name: Drawn, sorted: Readonly<Record<Arm, Float64Array>>): DecisionChart | null => {
  const {short, title} = drawn[name];
  const ends = arms.flatMap(arm => [sorted[arm][0], sorted[arm].at(-1)]).filter(value => value !== undefined);
  const positive = ends.filter(value => value > 0);
  if (positive.length === 0) return null;
  const said = ([0.5, 0.99] as const).flatMap(share => {
    const [baseline, candidate] = arms.map(arm => msText(quantile(sorted[arm], share)));
    return baseline == null || candidate == null
      ? []
      : [`${share * 100} % had it within ${baseline} from the baseline and within ${candidate} from the candidate.`];
  });
  return {
    ...{name: `${short}-${workload}`, kind: 'distribution', workload, title: `${workload}: ${title}`},
    description: `Share of the requests of all valid A/B blocks over the ${title}, ${sorted.baseline.length} requests to the baseline and ${sorted.candidate.length} to the candidate; further left is faster. ${said.join(' ')}`,
    config: {
      heightPx: 320,
      x: positiveAxis(`${title} (ms, logarithmic)`, Math.min(...positive), Math.max(...positive)),
      y: {
        ...{text: 'requests answered within it (%)', type: 'linear', min: 0, max: 100},
        marks: [0, 25, 50, 75, 90, 100].map(value => ({value, label: String(value)})),
      },
      curves: arms.map(arm => ({
        ...{label: arm, colour: arm, points: cumulative(sorted[arm]), width: 2.5},
        dash: sideStyle[arm].dash ?? [],
      })),
    },
    table: {
      columns: ['requests within', ...arms],
      rows: [
        ['number of requests', ...arms.map(arm => String(sorted[arm].length))],
        ...shares.map(share => [`${share * 100} %`, ...arms.map(arm => msText(quantile(sorted[arm], share)))]),
        ['all', ...arms.map(arm => msText(sorted[arm].at(-1) ?? null))],
      ],
    },
  };
};

/** TTFT and E2E of both sides, for each workload that has them. */
export const distributions = (run: DecidedRun): readonly DecisionChart[] =>
  (['ttftMs', 'e2eMs'] as const).flatMap(name =>
    [...columnsOf(run, name)].flatMap(
      ([workload, {baseline, candidate}]) =>
        chartOf(workload, name, {baseline: baseline.view.slice().sort(), candidate: candidate.view.slice().sort()}) ??
        [],
    ),
  );
