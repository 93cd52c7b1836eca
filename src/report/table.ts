import type {RunRecord, Trial} from '../schema/record.ts';
import {type Column, tableColumns} from './columns.ts';
import {findingGroups} from './finding-groups.ts';
import {shownNumber} from './number.ts';
import {plainText} from './plain-text.ts';
import {runFacts} from './run-facts.ts';
import {alignedLines, type Side} from './text-table.ts';

/** A dash is "not measured" or "not told": an empty cell is easily taken for the one beside it. */
const cell = ({read, unit, part}: Column, trial: Trial): string => {
  const value = read(trial);
  if (value === null) return part === 'measure' ? '-' : '';
  return typeof value === 'string' ? plainText(value) : shownNumber(value, unit);
};

const trialLines = (trials: readonly Trial[]): string[] => {
  const columns = tableColumns(trials);
  const sides: Side[] = columns.map(({read}) =>
    trials.some(trial => typeof read(trial) === 'string') ? 'left' : 'right',
  );
  const rows = trials.map(trial => columns.map(column => cell(column, trial)));
  return alignedLines([columns.map(({title}) => title), columns.map(({unit}) => unit), ...rows], sides);
};

const findingLines = (trials: readonly Trial[]): string[] =>
  findingGroups(trials).flatMap(({severity, code, hint, messages}) => [
    `${severity === 'void' ? 'VOID' : severity} ${plainText(code)}`,
    ...messages.map(({message, trials: concerned}) => `  ${plainText(concerned)}: ${plainText(message)}`),
    ...(hint === null ? [] : [`  fix: ${plainText(hint)}`]),
  ]);

/** The one table on stdout: what ran, one row a trial, and below it what is wrong with the numbers. Ends in a line feed. */
export const renderTable = (record: RunRecord): string => {
  const {trials} = record;
  const facts = alignedLines(
    runFacts(record).map(({name, text}) => [name, plainText(text)]),
    ['left', 'left'],
  );
  const rows = trials.length === 0 ? ['No trial has ended.'] : trialLines(trials);
  const findings = findingLines(trials);
  return [...facts, '', ...rows, ...(findings.length === 0 ? [] : ['', ...findings]), ''].join('\n');
};
