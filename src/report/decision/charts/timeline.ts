import type {Block} from '../../../schema/block.ts';
import type {Decision} from '../../../schema/decision.ts';
import {type ChartCurve, type ChartPoint, gap, rowAxis} from '../../charts/chart-spec.ts';
import {shownNumber} from '../../number.ts';
import type {DecidedRun} from '../decided-run.ts';
import type {DecisionChart} from './decision-chart.ts';

interface Placed {
  readonly block: Block;
  /** Minutes; sittings stand one behind another, without the time between them. */
  readonly start: number;
  readonly end: number;
}

const placed = ({blocks}: Decision): Placed[] => {
  const ends = new Map<number, number>();
  for (const {sitting, endMs} of blocks) ends.set(sitting, Math.max(ends.get(sitting) ?? 0, endMs));
  const before = (sitting: number) => [...ends].reduce((sum, [other, end]) => (other < sitting ? sum + end : sum), 0);
  const offsets = new Map([...ends.keys()].map(sitting => [sitting, before(sitting)]));
  const minutes = (sitting: number, ms: number) => ((offsets.get(sitting) ?? 0) + ms) / 60_000;
  return blocks.map(block => ({
    block,
    start: minutes(block.sitting, block.startMs),
    end: minutes(block.sitting, block.endMs),
  }));
};

const kinds = ['A/A', 'baseline', 'candidate'] as const;
type Kind = (typeof kinds)[number];
const kindOf = ({phase, arm}: Block): Kind => (phase === 'aa' ? 'A/A' : arm);

const minuteText = (minutes: number) => `${shownNumber(minutes, 'min')} min`;
const blockText = ({block, start, end}: Placed) =>
  [
    `${block.workload}, pair ${block.pair}, ${block.phase === 'aa' ? `A/A (in place of the ${block.place})` : block.arm}`,
    `${minuteText(start)} to ${minuteText(end)}`,
    ...(block.void.length === 0 ? [] : [`VOID: ${block.void.join(', ')}`]),
  ].join('\n');

const curve = (
  blocks: readonly Placed[],
  rowOf: (block: Block) => number,
  points: (one: Placed, row: number) => ChartPoint[],
) => ({
  points: blocks.flatMap(one => [...points(one, rowOf(one.block)), gap]),
  texts: blocks.flatMap(one => [...points(one, rowOf(one.block)).map(() => blockText(one)), null]),
});

const bar = ({start, end}: Placed, y: number): ChartPoint[] => [
  {x: start, y},
  {x: end, y},
];
const middle = ({start, end}: Placed, y: number): ChartPoint[] => [{x: (start + end) / 2, y}];

const voidText = (voids: number): string => {
  if (voids === 0) return 'None was void.';
  return voids === 1
    ? 'One was void: it is crossed out and was not used.'
    : `${voids} were void: they are crossed out and were not used.`;
};

/** When each block ran, a row for each workload; void ones crossed out, and A/A apart from the two sides. */
export const timelineCharts = ({decision}: DecidedRun): readonly DecisionChart[] => {
  const blocks = placed(decision);
  if (blocks.length === 0) return [];
  const names = decision.plan.workloads.map(({name}) => name);
  const rows = names.flatMap(name => [
    [name, 'A/A'],
    [name, 'baseline'],
    [name, 'candidate'],
  ]);
  const rowOf = (block: Block) => names.indexOf(block.workload) * kinds.length + kinds.indexOf(kindOf(block));
  const voids = blocks.filter(({block}) => block.void.length > 0);
  const last = Math.max(...blocks.map(({end}) => end));
  const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 240].find(one => last / one <= 10) ?? 600;
  const colours: Readonly<Record<Kind, ChartCurve['colour']>> = {
    'A/A': 'floor',
    baseline: 'baseline',
    candidate: 'candidate',
  };
  const sittings = new Set(blocks.map(({block}) => block.sitting)).size;
  const marks = Array.from({length: Math.floor(last / step) + 1}, (_, place) => Number((place * step).toPrecision(4)));
  const counted = kinds.map(kind => `${blocks.filter(({block}) => kindOf(block) === kind).length} ${kind}`).join(', ');
  return [
    {
      ...{name: 'timeline', kind: 'timeline', workload: null, title: 'Blocks in the order in which they ran'},
      description: `${blocks.length} blocks (${counted}) within ${minuteText(last)}, starts of servers included${sittings > 1 ? `, in ${sittings} sittings that stand one behind another` : ''}. ${voidText(voids.length)}`,
      config: {
        heightPx: 90 + 24 * rows.length,
        x: {
          text:
            sittings > 1
              ? 'minutes of all sittings, starts of servers included'
              : 'minutes since the start (servers come up first)',
          type: 'linear',
          min: 0,
          max: last * 1.01,
          marks: marks.map(value => ({value, label: String(value)})),
        },
        y: rowAxis(
          '',
          rows.map(row => row.join(' ')),
        ),
        curves: [
          {
            ...{label: 'void', colour: 'void', width: 0, mark: {style: 'crossRot', radius: 8}},
            ...curve(voids, rowOf, middle),
          },
          ...kinds.map(kind => ({
            ...{label: kind, colour: colours[kind], width: 12},
            ...curve(
              blocks.filter(({block}) => kindOf(block) === kind),
              rowOf,
              bar,
            ),
          })),
        ].filter(({points}) => points.length > 0) as ChartCurve[],
      },
      table: {
        columns: ['block', 'workload', 'pair', 'side', 'from', 'to', 'void'],
        rows: blocks.map(({block, start, end}, place) => [
          String(place + 1),
          block.workload,
          String(block.pair),
          block.phase === 'aa' ? `A/A, in place of the ${block.place}` : block.arm,
          minuteText(start),
          minuteText(end),
          block.void.join(', ') || 'no',
        ]),
      },
    },
  ];
};
