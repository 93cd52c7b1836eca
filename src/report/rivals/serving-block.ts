import type {Distribution} from '../../schema/trial.ts';
import {alignedLines} from '../text-table.ts';
import {decimals, type Figure, figure, notesOf, ourStatistic, type Reason} from './figure.ts';
import type {Printout, Section} from './rival.ts';
import type {Spread} from './spread.ts';

/** Python's `{s:{fill}^50}`: what is left over goes to the right. */
const centred = (text: string, fill: string): string =>
  text.padStart(text.length + Math.floor((50 - text.length) / 2), fill).padEnd(50, fill);

const linesOf = ({title, figures}: Section): string[][] => {
  const notes = notesOf(figures);
  const lines = figures.map(({name, printed, ours}, place) => [
    `${name.padEnd(40)} ${printed.join(' ').padEnd(10)}`,
    ours.join(' '),
    notes[place] ?? '',
  ]);
  return title === null ? lines : [[centred(title, '-')], ...lines];
};

/** The block that both clients end with, and beside it what cutover says and why. */
export const drawServingBlock = ({sections}: Printout): string[] =>
  alignedLines(
    [[centred(' Serving Benchmark Result ', '='), 'cutover', 'why'], ...sections.flatMap(linesOf), ['='.repeat(50)]],
    ['left', 'right', 'left'],
  );

export type Statistic = keyof Distribution & ('mean' | 'p50' | 'p90' | 'p95' | 'p99' | 'max');

const words = {mean: 'Mean', p50: 'Median', p90: 'P90', p95: 'P95', p99: 'P99', max: 'Max'} as const;

const read = (spread: Spread | null, statistic: Statistic): number | null => {
  if (spread === null) return null;
  if (statistic === 'mean' || statistic === 'max') return spread[statistic];
  return spread.at(Number(statistic.slice(1)) / 100);
};

/** `Mean TTFT (ms):` and so on, a line for each statistic. */
export const latencyFigures = (
  word: string,
  spread: Spread | null,
  ours: Distribution | null,
  statistics: readonly Statistic[],
  why: readonly Reason[],
): Figure[] =>
  statistics.map(statistic =>
    figure(`${words[statistic]} ${word} (ms):`, decimals(2), [read(spread, statistic)], {
      ours: [ourStatistic(ours, statistic)],
      why,
    }),
  );
