import type {RunRecord} from '../schema/record.ts';
import type {SloSpec, SweepSpec} from '../schema/suite.ts';
import type {Sweep} from '../schema/sweep.ts';
import {sloShare} from '../stats/slo.ts';
import {axis, colourOf, faint, type LineChart, lineChart, logarithmicMarks} from './chart-style.ts';
import {voidCodes} from './columns.ts';
import {plainText} from './plain-text.ts';
import {engineText} from './run-facts.ts';
import {itemsOf, levelsOf} from './sweep-columns.ts';

const colours = {throughput: colourOf(0), found: colourOf(1), good: colourOf(2)};

interface Point {
  readonly x: number;
  readonly y: number | null;
  readonly isVoid: boolean;
}

/** A dot a level, and what leads to or from a void one faint. */
const curve = (label: string, colour: string, all: readonly Point[]) => {
  const points = all.flatMap(({x, y, isVoid}) => (y === null ? [] : [{x, y, isVoid}]));
  const dots = points.map(({isVoid}) => (isVoid ? faint(colour) : colour));
  const faintIfVoid = ({p0DataIndex, p1DataIndex}: {p0DataIndex: number; p1DataIndex: number}) =>
    points[p0DataIndex]?.isVoid || points[p1DataIndex]?.isVoid ? faint(colour) : colour;
  return {
    label,
    data: points.map(({x, y}) => ({x, y})),
    borderColor: colour,
    pointBackgroundColor: dots,
    pointBorderColor: dots,
    pointRadius: 4,
    segment: {borderColor: faintIfVoid},
  };
};

const percent = (share: number | null) => (share === null ? null : share * 100);

/** One level alone would be an axis without a length. */
const marksOf = ({over}: SweepSpec, levels: readonly number[]): readonly number[] => {
  const [least, most] = [Math.min(...levels), Math.max(...levels)];
  if (least === most) return [least / 2, least, least * 2];
  return over === 'concurrency' ? levels : logarithmicMarks(least, most);
};

const sloText = ({ttftP99Ms, tpotP99Ms, e2eP99Ms}: SloSpec): string =>
  Object.entries({TTFT: ttftP99Ms, TPOT: tpotP99Ms, E2E: e2eP99Ms})
    .flatMap(([name, limitMs]) => (limitMs === null ? [] : [`${name} at most ${limitMs} ms`]))
    .join(', ');

/** A dashed line that is no measurement. */
const dashed = (label: string, borderColor: string, data: {x: number; y: number}[]) => ({
  label,
  data,
  borderColor,
  pointBorderColor: borderColor, // in the legend
  borderDash: [6, 5],
  borderWidth: 1.5,
});

const shareAxis = {
  ...axis('good requests (%)', {marks: [0, 25, 50, 75, 100]}),
  position: 'right',
  grid: {display: false},
} as const;

/** Throughput at each level of one sweep, which has at least one; over rate the share of good requests as well. */
export const sweepChart = (record: RunRecord, sweep: Sweep): LineChart => {
  const {spec, found, stage, repetition} = sweep;
  const overRate = spec.over === 'rate';
  const levels = levelsOf({...record, sweeps: [sweep]})
    .map(({level, trial}) => ({...level, isVoid: trial !== undefined && voidCodes(trial) !== null}))
    .toSorted((a, b) => a.level - b.level);
  const [first, last] = [levels[0]?.level ?? 0, levels.at(-1)?.level ?? 0];
  const name = `${itemsOf(sweep, record)} a second`;
  const throughput = levels.map(({level, throughput: y, isVoid}) => ({x: level, y, isVoid}));
  const good = levels.map(({level, goodShare, isVoid}) => ({x: level, y: percent(goodShare), isVoid}));
  const top = Math.max(0, ...throughput.map(({y}) => y ?? 0));
  const curves: LineChart['data']['datasets'] = [curve(name, colours.throughput, throughput)];
  if (overRate) {
    const asked = [first, last].map(x => ({x, y: sloShare * 100}));
    curves.push({...curve('good requests (right)', colours.good, good), yAxisID: 'right'});
    curves.push({...dashed(`${sloShare * 100} % good`, colours.good, asked), yAxisID: 'right'});
  }
  if (found !== null) {
    const at = [0, top].map(y => ({x: found.level, y}));
    curves.push(dashed(`found: ${found.level} ${overRate ? 'requests a second' : 'in flight'}`, colours.found, at));
  }
  const marks = marksOf(
    spec,
    levels.map(({level}) => level),
  );
  const x = axis(`${overRate ? 'requests a second, as planned' : 'requests in flight'} (logarithmic)`, {
    type: 'logarithmic',
    marks,
  });
  return lineChart(
    {
      title: `${overRate ? 'Good requests by rate' : 'Throughput by requests in flight'}: ${plainText(stage)}#${repetition}`,
      subtitle: [
        plainText(`${engineText(record.engine)}, ${record.runId}`),
        `${overRate ? `Good: ${sloText(spec.slo)}. ` : ''}A dot is a trial; faint: void`,
      ],
      simulated: record.evidence === 'simulated',
    },
    curves,
    {x, y: axis(name, {min: 0}), ...(overRate ? {right: shareAxis} : {})},
  );
};
