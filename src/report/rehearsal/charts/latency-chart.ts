import type {PerSecond} from '../../../schema/per-second.ts';
import {roles} from '../../../schema/request.ts';
import type {ChartCurve, DrawnChart} from '../../charts/chart-spec.ts';
import {positiveAxis} from '../../charts/log-marks.ts';
import {msText} from '../rehearsal-words.ts';
import type {RehearsedRun} from '../rehearsed-run.ts';
import {besideWords, clockOf, stageAt} from './clock.ts';
import {highestOf, type Span, spanCurve, spansOf, spanText} from './spans.ts';

type Read = (second: PerSecond) => number | null | undefined;
type Series = Omit<ChartCurve, 'points' | 'texts'> & {readonly read: Read};

const series: readonly Series[] = [
  ...roles.flatMap((role): Series[] => [
    {label: `${role} p99`, colour: role, width: 2, read: ({e2e}) => e2e[role]?.p99Ms},
    {label: `${role} p50`, colour: role, width: 2, dash: [5, 3], read: ({e2e}) => e2e[role]?.p50Ms},
  ]),
  {label: 'chat TTFT p50', colour: 'text', width: 2, dash: [1, 3], read: ({ttft}) => ttft?.p50Ms},
];

const positive = (value: number | null): number | null => (value !== null && value > 0 ? value : null);

/** Of served requests, by the second in which they ended; none where nothing was served. */
export const latencyCharts = (run: RehearsedRun): readonly DrawnChart[] => {
  const spans = spansOf(run.seconds);
  const drawn = series.map(({read, ...curve}) => {
    const value = (span: Span) => positive(highestOf(span, read));
    const text = (span: Span, ms: number) =>
      `${spanText(span)} (${stageAt(run, span.from)})\n${curve.label}: ${msText(ms)}`;
    return {...curve, ...spanCurve(spans, value, text)};
  });
  const values = drawn.flatMap(({points}) => points.flatMap(({y}) => (y === null ? [] : [y])));
  if (values.length === 0) return [];
  const {stages} = run.verdict;
  const merged = spans.some(({from, to}) => to - from > 1);
  return [
    {
      ...{name: 'latency', title: 'Latency of served requests'},
      description: `p99 and p50 of each second by kind, from sent to the last byte, on a logarithmic axis; of chat the time to the first text as well.${merged ? ' A point is the highest of several seconds.' : ''} A second has few requests of a kind: its p99 is little more than its slowest one.`,
      config: {
        ...{heightPx: 320, ...clockOf(run)},
        y: besideWords(positiveAxis('ms (logarithmic)', Math.min(...values), Math.max(...values))),
        curves: drawn.filter(({points}) => points.some(({x}) => x !== null)),
      },
      table: {
        columns: [
          'stage',
          ...roles.flatMap(role => [`${role} p50`, `${role} p99`]),
          ...['chat TTFT p50', 'chat TTFT p99'],
        ],
        rows: stages.map(({name, e2e, ttft}) => [
          name,
          ...roles.flatMap(role => [msText(e2e[role]?.p50Ms ?? null), msText(e2e[role]?.p99Ms ?? null)]),
          ...[msText(ttft?.p50Ms ?? null), msText(ttft?.p99Ms ?? null)],
        ]),
      },
    },
  ];
};
