import type {MetricVerdict, WorkloadVerdict} from '../../../schema/verdict.ts';
import {type ChartAxis, type ChartCurve, type ChartPoint, gap, rowAxis} from '../../charts/chart-spec.ts';
import {ratioAxis} from '../../charts/log-marks.ts';
import {intervalText, limitText, metricTitle, percentText, ratioText} from '../metric-words.ts';
import type {DecisionChart} from './decision-chart.ts';

interface Row {
  readonly workload: string;
  readonly metric: MetricVerdict;
}

/** Wide enough for every interval, pair and limit. */
const axisOf = (rows: readonly Row[]): ChartAxis =>
  ratioAxis(
    'candidate ÷ baseline (logarithmic)',
    rows.flatMap(({metric: {ratio, limitRatio, pairRatios}}) =>
      [ratio?.estimate, ratio?.low, ratio?.high, limitRatio, ...pairRatios].filter(value => typeof value === 'number'),
    ),
  );

/** Pieces of one line, a row each, with a gap between two. */
const pieces = (rows: readonly Row[], of: (row: Row) => readonly (readonly [x: number, shift?: number])[]) => {
  const points: ChartPoint[] = [];
  const texts: (string | null)[] = [];
  for (const [place, row] of rows.entries())
    for (const piece of [of(row)].filter(({length}) => length > 0)) {
      points.push(...piece.map(([x, shift = 0]) => ({x, y: place + shift})), gap);
      texts.push(...piece.map(() => rowText(row)), null);
    }
  return {points, texts};
};

const rowText = ({workload, metric}: Row): string =>
  [
    `${workload}: ${metricTitle(metric.metric)}`,
    `${intervalText(metric) ?? 'not measured'}: ${metric.outcome}`,
    ...(metric.limitRatio === null ? [] : [`passes ${limitText(metric)}`]),
  ].join('\n');

const curvesOf = (rows: readonly Row[], {min, max}: ChartAxis): ChartCurve[] => {
  const estimate = pieces(rows, ({metric: {ratio}}) => (ratio === null ? [] : [[ratio.estimate]]));
  const interval = pieces(rows, ({metric: {ratio}}) =>
    ratio === null || ratio.low === null || ratio.high === null ? [] : [[ratio.low], [ratio.high]],
  );
  const pairs = pieces(rows, ({metric: {pairRatios}}) => pairRatios.map(ratio => [ratio, 0.3]));
  const floor = pieces(rows, ({metric: {floorShare}}) =>
    floorShare === null ? [] : [[1 / (1 + floorShare)], [1 + floorShare]],
  );
  const limit = pieces(rows, ({metric: {limitRatio}}) => (limitRatio === null ? [] : [[limitRatio]]));
  const beyond = pieces(rows, ({metric: {limitRatio, better}}) =>
    limitRatio === null ? [] : [[limitRatio], [better === 'lower' ? max : min]],
  );
  return [
    {label: 'estimate', colour: 'text', ...estimate, width: 0, mark: {style: 'rectRot', radius: 6}},
    {label: '95 % interval', colour: 'text', ...interval, width: 3, mark: {style: 'line', radius: 6}},
    {label: 'each pair', colour: 'candidate', ...pairs, width: 0, mark: {style: 'circle', radius: 2.5}},
    {label: 'limit', colour: 'limit', ...limit, width: 0, mark: {style: 'line', radius: 14}},
    {label: 'beyond the limit', colour: 'limit', faint: true, ...beyond, width: 28},
    {label: 'noise floor', colour: 'floor', faint: true, ...floor, width: 28},
    {
      ...{label: 'no difference', colour: 'floor', width: 1, dash: [4, 4], texts: [null, null]},
      points: [-0.5, rows.length - 0.5].map(y => ({x: 1, y})),
    },
  ];
};

const describedRow = ({workload, metric}: Row, named: boolean): string =>
  `${named ? `${workload}, ` : ''}${metricTitle(metric.metric)} ${intervalText(metric) ?? 'not measured'}: ${metric.outcome}.`;

const columns = ['metric', 'ratio [95 % interval]', 'outcome', 'passes', 'noise floor', 'each pair'];
const tableRow = ({workload, metric}: Row, named: boolean) => [
  `${named ? `${workload}: ` : ''}${metricTitle(metric.metric)}`,
  intervalText(metric),
  metric.outcome,
  limitText(metric),
  metric.floorShare === null ? null : `±${percentText(metric.floorShare)}`,
  metric.pairRatios.map(ratioText).join(', ') || null,
];

const forestOf = (
  words: Pick<DecisionChart, 'name' | 'kind' | 'workload' | 'title'>,
  rows: readonly Row[],
  named: boolean,
): DecisionChart => {
  const x = axisOf(rows);
  const labels = rows.map(({workload, metric}) => [
    named ? `${workload}: ${metric.outcome}` : metricTitle(metric.metric),
    named ? metricTitle(metric.metric) : metric.outcome,
    `${metric.better} is better`,
  ]);
  return {
    ...words,
    description: `Candidate divided by baseline. ${rows.map(row => describedRow(row, named)).join(' ')}`,
    config: {heightPx: 90 + 56 * rows.length, x, y: rowAxis('', labels), curves: curvesOf(rows, x)},
    table: {columns, rows: rows.map(row => tableRow(row, named))},
  };
};

/** The primary metric of every workload: the decision in one picture. */
export const overviewForest = (workloads: readonly WorkloadVerdict[]): readonly DecisionChart[] => {
  const rows = workloads.flatMap(({name, metrics}) =>
    metrics.filter(({rank}) => rank === 'primary').map(metric => ({workload: name, metric})),
  );
  const words = {name: 'overview', kind: 'overview', workload: null, title: 'Primary metric of each workload'} as const;
  return rows.length === 0 ? [] : [forestOf(words, rows, true)];
};

/** Every metric of one workload. */
export const workloadForest = ({name, metrics}: WorkloadVerdict): DecisionChart =>
  forestOf(
    {name: `forest-${name}`, kind: 'forest', workload: name, title: `${name}: every metric`},
    metrics.map(metric => ({workload: name, metric})),
    false,
  );
