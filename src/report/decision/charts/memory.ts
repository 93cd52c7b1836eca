import {arms} from '../../../schema/block.ts';
import type {ServerMemory} from '../../../schema/server.ts';
import {type ChartPoint, type ColourName, gap, rowAxis} from '../../charts/chart-spec.ts';
import {shownNumber} from '../../number.ts';
import type {DecidedRun} from '../decided-run.ts';
import type {DecisionChart} from './decision-chart.ts';

const parts = [
  ['weights', 'weights', 'weightsMiB'],
  ['KV pool (reserved)', 'kvPool', 'kvPoolMiB'],
  ['CUDA graphs', 'graphs', 'graphsMiB'],
  ['other', 'other', 'otherMiB'],
] as const satisfies readonly (readonly [label: string, colour: ColourName, key: keyof ServerMemory])[];

const gib = (mib: number | null) => (mib === null ? null : mib / 1024);
const gibText = (mib: number | null) => (mib === null ? null : `${shownNumber(mib / 1024, 'GiB')} GiB`);

/** Room for how nvidia-smi and the engine count. */
const mostExcess = 1.05;

/**
 * Some engines take a part for what the whole card lost meanwhile, which is another server's too where several start at once: parts
 * that come to more than the process held are none of it.
 */
const isApart = (memory: ServerMemory): boolean =>
  memory.processMiB === null || sum(memory) <= memory.processMiB * mostExcess;

const sum = (memory: ServerMemory) => parts.reduce((total, [, , key]) => total + (memory[key] ?? 0), 0);

/** What is drawn of a server: its parts, or the whole as one where they cannot be told apart. */
const shownOf = (memory: ServerMemory): ServerMemory =>
  isApart(memory)
    ? memory
    : {...memory, weightsMiB: null, kvPoolMiB: null, graphsMiB: null, otherMiB: memory.processMiB};

/** GPU memory of every server of both sides by its parts, by the engine's log and nvidia-smi; none where neither tells. */
export const memoryCharts = ({records}: DecidedRun): readonly DecisionChart[] => {
  const roles = [...new Set(arms.flatMap(arm => records[arm].engine.servers.map(({role}) => role)))];
  const rows = roles.flatMap(role =>
    arms.flatMap(arm => {
      const memory = records[arm].engine.servers.find(server => server.role === role)?.memory ?? null;
      return memory === null || parts.every(([, , key]) => memory[key] === null)
        ? []
        : [{role, arm, memory: shownOf(memory), isApart: isApart(memory)}];
    }),
  );
  if (rows.length === 0) return [];
  const largest = gib(Math.max(...rows.map(({memory}) => sum(memory)))) ?? 1;
  const step = [0.5, 1, 2, 5, 10, 20, 50].find(one => largest / one <= 8) ?? 100;
  const marks = Array.from({length: Math.ceil(largest / step) + 1}, (_, place) => place * step);
  const curves = parts.map(([label, colour, key], place) => {
    const points: ChartPoint[] = [];
    const texts: (string | null)[] = [];
    for (const [row, {role, arm, memory, isApart: told}] of rows.entries()) {
      const size = memory[key];
      if (size === null || size <= 0) continue;
      const before = parts.slice(0, place).reduce((total, [, , other]) => total + (memory[other] ?? 0), 0);
      points.push({x: before / 1024, y: row}, {x: (before + size) / 1024, y: row}, gap);
      const text = `${role}, ${arm}\n${told ? label : 'all of it'}: ${gibText(size)}`;
      texts.push(text, text, null);
    }
    return {label, colour, points, texts, width: 24};
  });
  const totals = arms.map(arm => {
    const told = rows.filter(row => row.arm === arm).map(({memory}) => memory.processMiB ?? sum(memory));
    return `${arm} ${gibText(told.reduce((total, mib) => total + mib, 0))} in ${told.length} servers`;
  });
  const mixed = rows.filter(row => !row.isApart).map(({role, arm}) => `${role} of the ${arm}`);
  const mixedText =
    mixed.length === 0
      ? ''
      : ` The parts that the log names of ${mixed.join(' and ')} come to more than the process held, as where several servers start at once: it is drawn whole, as other.`;
  return [
    {
      ...{name: 'memory', kind: 'memory', workload: null, title: 'GPU memory by part'},
      description: `What each server held when it was ready: ${totals.join(', ')}. A KV pool is reserved whether requests use it or not, so that a smaller one is a setting and not a saving.${mixedText}`,
      config: {
        heightPx: 110 + 42 * rows.length,
        x: {
          text: 'GiB',
          type: 'linear',
          min: 0,
          max: marks.at(-1) ?? 1,
          marks: marks.map(value => ({value, label: String(value)})),
        },
        y: rowAxis(
          '',
          rows.map(({role, arm}) => [role, arm]),
        ),
        curves: curves.filter(({points}) => points.length > 0),
      },
      table: {
        columns: ['server', ...parts.map(([label]) => label), 'whole', 'KV tokens'],
        rows: rows.map(({role, arm, memory}) => [
          `${role}, ${arm}`,
          ...parts.map(([, , key]) => gibText(memory[key])),
          gibText(memory.processMiB),
          memory.kvTokens === null ? null : String(memory.kvTokens),
        ]),
      },
    },
  ];
};
