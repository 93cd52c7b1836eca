import type {Distribution} from '../../schema/trial.ts';
import {alignedLines, type Side} from '../text-table.ts';
import {type Figure, notesOf, ourStatistic, type Value} from './figure.ts';
import type {Printout, Section} from './rival.ts';

const rowsOf = ({name, printed, ours}: Figure, note: string): string[][] => {
  if (note === '' || ours.every(text => text === '')) return [[name, ...printed, note]];
  return [
    [name, ...printed],
    ['  cutover', ...printed.map((_, place) => ours[place] ?? ''), note],
  ];
};

const linesOf = ({title, columns, figures}: Section): string[] => {
  const sides: Side[] = ['left', ...columns.map((): Side => 'right'), 'left'];
  const head = ['', ...columns, figures.some(({why}) => why !== '') ? 'why' : ''];
  const notes = notesOf(figures);
  const rows = figures.flatMap((figure, place) => rowsOf(figure, notes[place] ?? ''));
  if (head.some(word => word !== '')) rows.unshift(head);
  return [...(title === null ? [] : ['', title]), ...alignedLines(rows, sides).map(line => `  ${line}`)];
};

/**
 * Tables of statistics, a row for each metric; under a row that differs the same statistics as cutover has them. A rival
 * whose tables have a column for each of them is turned on its side.
 */
export const drawStatTables = ({sections}: Printout): string[] => sections.flatMap(linesOf).slice(1);

/** Our statistics under the names of the columns, which are words of the rival's; null where we keep no such one. */
export const oursUnder = (
  columns: readonly string[],
  names: Readonly<Record<string, keyof Distribution>>,
  distribution: Distribution | null,
  scale = 1,
): Value[] =>
  columns.map(column => {
    const statistic = names[column];
    const value = statistic === undefined ? null : ourStatistic(distribution, statistic);
    return typeof value === 'number' ? value * scale : value;
  });
