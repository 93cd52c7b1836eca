import {type ChartCurve, type DrawnChart, gap, rowAxis} from '../../charts/chart-spec.ts';
import {ratioAxis} from '../../charts/log-marks.ts';
import {marginText, ratioText} from '../rehearsal-words.ts';
import type {RehearsedRun} from '../rehearsed-run.ts';

type Row = RehearsedRun['verdict']['equivalence'][number];
const saidOf = (row: Row): string => `${row.metric} ${ratioText(row)}: ${row.equivalent ? 'equivalent' : 'not shown'}`;

/** After ÷ before with its interval, between the margins; none where nothing was compared. */
export const equivalenceCharts = ({verdict: {equivalence}}: RehearsedRun): readonly DrawnChart[] => {
  if (equivalence.length === 0) return [];
  const x = ratioAxis(
    'after ÷ before (logarithmic)',
    equivalence.flatMap(({low, high, marginShare}) => [low, high, 1 + marginShare, 1 / (1 + marginShare)]),
  );
  const pieces = (of: (row: Row) => readonly number[]) => ({
    points: equivalence.flatMap((row, y) => [...of(row).map(at => ({x: at, y})), gap]),
    texts: equivalence.flatMap(row => [...of(row).map(() => `${saidOf(row)}\nmargin ${marginText(row)}`), null]),
  });
  const curves: ChartCurve[] = [
    {
      ...{label: 'after ÷ before', colour: 'text', width: 0, mark: {style: 'rectRot', radius: 6}},
      ...pieces(({ratio}) => [ratio]),
    },
    {
      ...{label: 'interval', colour: 'text', width: 3, mark: {style: 'line', radius: 6}},
      ...pieces(({low, high}) => [low, high]),
    },
    {
      ...{label: 'within the margin', colour: 'floor', faint: true, width: 26},
      ...pieces(({marginShare}) => [1 / (1 + marginShare), 1 + marginShare]),
    },
  ];
  const rows = equivalence.map(({metric, equivalent}) => [metric, equivalent ? 'equivalent' : 'not shown']);
  return [
    {
      ...{name: 'equivalence', title: 'Latency after the rollback over before the cutover'},
      description: `${equivalence.map(saidOf).join('. ')}. Equivalent: the whole interval lies within the margin (TOST).`,
      config: {heightPx: 90 + 44 * equivalence.length, x, y: rowAxis('', rows), curves},
      table: {
        columns: ['metric', 'after ÷ before [interval]', 'must lie within', 'equivalent'],
        rows: equivalence.map(row => [
          row.metric,
          ratioText(row),
          marginText(row),
          row.equivalent ? 'yes' : 'not shown',
        ]),
      },
    },
  ];
};
