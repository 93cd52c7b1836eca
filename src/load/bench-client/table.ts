import {median} from '../../stats/percentile.ts';
import type {ClientName} from './measure.ts';
import {type Goal, type Results, type Row, rivalNames, rows} from './rows.ts';

/** Four significant digits at most; a hundredth of a millisecond is the least that is worth telling. */
export const shown = (value: number): string => {
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString('en');
  const text = value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
  return Number(text) === 0 ? '0' : text;
};

/** "median [least..most]", or the one value; empty where nothing was measured. */
const spread = (values: readonly number[]): string => {
  if (values.length === 0) return '';
  const middle = shown(median(values));
  return values.length === 1 ? middle : `${middle} [${shown(Math.min(...values))}..${shown(Math.max(...values))}]`;
};

const isMet = (goal: Exclude<Goal, null>, values: readonly number[]) => {
  const size = Math.abs(median(values));
  return 'most' in goal ? size <= goal.most : size >= goal.least;
};

/** For each of a row's figures, its values over the repetitions. */
const valuesOf = (row: Row, {measured, programs}: Results, client: ClientName): number[][] => {
  const present = (values: (number | null)[]) => values.filter(value => value !== null);
  if (row.scenario === null)
    return row.figures.map(({read}) =>
      client === 'ours' ? present(programs.filter(({name}) => name === row.program).map(read)) : [],
    );
  const outcomes = measured
    .filter(({scenario, client: by}) => scenario.name === row.scenario && by === client)
    .map(({outcome}) => outcome);
  return row.figures.map(({read}) => present(outcomes.map(read)));
};

const cell = (figures: readonly (readonly number[])[]) =>
  figures.some(values => values.length > 0) ? figures.map(spread).join(' / ') : '';

const verdict = (row: Row, figures: readonly (readonly number[])[]): string => {
  const judged = row.figures.flatMap(({goal}, place) => {
    const values = figures[place] ?? [];
    return goal === null || values.length === 0 ? [] : [isMet(goal, values)];
  });
  if (judged.length === 0) return '';
  return judged.every(Boolean) ? 'met' : '**missed**';
};

/** What was measured beside the goals and the rivals' figures, as a Markdown table without lines that have no figure. */
export const renderTable = (results: Results): string => {
  const lines = rows.flatMap(row => {
    const ours = valuesOf(row, results, 'ours');
    if (ours.every(values => values.length === 0)) return [];
    // The draining client stamps nothing and holds what it is told to hold.
    const drained = cell(valuesOf(row, results, 'drain'));
    return [[row.title, row.goalText, cell(ours), verdict(row, ours), drained, ...row.rivals]];
  });
  const head = ['', 'goal', 'ours', '', 'drain only', ...rivalNames];
  return [head, head.map(() => '---'), ...lines].map(cells => `| ${cells.join(' | ')} |`).join('\n');
};
