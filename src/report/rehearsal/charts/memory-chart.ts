import {type Arm, arms} from '../../../schema/block.ts';
import type {MemoryReading} from '../../../schema/rehearsal.ts';
import {type ChartCurve, type ChartPoint, type DrawnChart, gap} from '../../charts/chart-spec.ts';
import {linearAxis} from '../../charts/linear-axis.ts';
import {sideStyle} from '../../charts/side-style.ts';
import {clockText, gibText, sinceStart} from '../rehearsal-words.ts';
import type {RehearsedRun} from '../rehearsed-run.ts';
import {besideWords, clockOf} from './clock.ts';

const kinds = [
  {key: 'vramMiB', name: 'VRAM', width: 2.5},
  {key: 'hostMiB', name: 'host memory', width: 1.5},
] as const;
type Kind = (typeof kinds)[number];

/** A side of which nothing was read for so long was not there. */
const apartMs = 10_000;
const mostPoints = 900;

/** Of readings too many to draw, the highest of each of as many equal groups. */
const thinned = (readings: readonly MemoryReading[], key: Kind['key']): readonly MemoryReading[] => {
  const size = Math.ceil(readings.length / mostPoints);
  if (size <= 1) return readings;
  return Array.from({length: Math.ceil(readings.length / size)}, (_, place) =>
    readings
      .slice(place * size, (place + 1) * size)
      .reduce((most, one) => ((one[key] ?? 0) > (most[key] ?? 0) ? one : most)),
  );
};

const curveOf = ({rehearsal, memory}: RehearsedRun, arm: Arm, {key, name, width}: Kind): ChartCurve => {
  const readings = thinned(
    memory.filter(reading => reading.arm === arm && reading[key] !== null),
    key,
  );
  const points: ChartPoint[] = [];
  const texts: (string | null)[] = [];
  for (const [place, {atMs, [key]: mib}] of readings.entries()) {
    if (atMs - (readings[place - 1]?.atMs ?? atMs) > apartMs) {
      points.push(gap);
      texts.push(null);
    }
    const x = sinceStart(rehearsal, atMs);
    points.push({x, y: (mib ?? 0) / 1024});
    texts.push(`${arm}, ${name}\n${gibText(mib)} at ${clockText(x)}`);
  }
  const dash = key === 'vramMiB' ? (sideStyle[arm].dash ?? []) : [2, arm === 'baseline' ? 2 : 5];
  return {...{label: `${arm}, ${name}`, colour: sideStyle[arm].colour, width, dash}, points, texts};
};

/** VRAM and host memory by side; none where nothing was read. */
export const memoryCharts = (run: RehearsedRun): readonly DrawnChart[] => {
  const {verdict, memory} = run;
  const curves = kinds
    .flatMap(kind => arms.map(arm => curveOf(run, arm, kind)))
    .filter(({points}) => points.length > 0);
  if (curves.length === 0) return [];
  const most = Math.max(...curves.flatMap(({points}) => points.map(({y}) => y ?? 0)));
  const told = kinds.flatMap(({key, name}) =>
    arms.flatMap(arm => {
      const known = memory.flatMap(reading => (reading.arm === arm ? [reading[key] ?? 0] : []));
      const highest = Math.max(0, ...known);
      return highest === 0 ? [] : [`${arm} at most ${gibText(highest)} of ${name}`];
    }),
  );
  const estimated = memory.some(({simulated}) => simulated)
    ? ' VRAM of a simulated engine is what it says that it would take.'
    : '';
  return [
    {
      ...{name: 'memory', title: 'Memory by side'},
      description: `${told.join('; ')}.${estimated}`,
      config: {heightPx: 260, ...clockOf(run), y: besideWords(linearAxis('GiB', most)), curves},
      table: {
        columns: ['highest in stage', ...kinds.flatMap(({name}) => arms.map(arm => `${arm}, ${name}`))],
        rows: verdict.stages.map(stage => [
          stage.name,
          ...kinds.flatMap(({key}) => arms.map(arm => gibText(stage[key][arm]))),
        ]),
      },
    },
  ];
};
