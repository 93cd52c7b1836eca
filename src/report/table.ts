import type {RunRecord} from '../schema/record.ts';
import {type TableColumn, tableColumns} from './columns.ts';
import {findingGroups} from './finding-groups.ts';
import {shownNumber} from './number.ts';
import {plainText} from './plain-text.ts';
import {runFacts} from './run-facts.ts';
import {serverTables} from './server-columns.ts';
import {alignedLines, type Side} from './text-table.ts';

/** A dash is "not measured" or "not told": an empty cell is easily taken for the one beside it. */
const cell = <Of>({read, unit, part}: TableColumn<Of>, of: Of): string => {
  const value = read(of);
  if (value === null) return part === 'measure' ? '-' : '';
  return typeof value === 'string' ? plainText(value) : shownNumber(value, unit);
};

const tableLines = <Of>(columns: readonly TableColumn<Of>[], of: readonly Of[]): string[] => {
  const sides: Side[] = columns.map(({read}) => (of.some(one => typeof read(one) === 'string') ? 'left' : 'right'));
  const rows = of.map(one => columns.map(column => cell(column, one)));
  return alignedLines([columns.map(({title}) => title), columns.map(({unit}) => unit), ...rows], sides);
};

const findingLines = (record: RunRecord): string[] =>
  findingGroups(record).flatMap(({severity, code, hint, messages}) => [
    `${severity === 'void' ? 'VOID' : severity} ${plainText(code)}`,
    ...messages.map(({message, trials: concerned}) => `  ${plainText(concerned)}: ${plainText(message)}`),
    ...(hint === null ? [] : [`  fix: ${plainText(hint)}`]),
  ]);

/** The one table on stdout: what ran, one row a trial, where the servers' memory and time went, and what is wrong with the numbers. Ends in a line feed. */
export const renderTable = (record: RunRecord): string => {
  const {trials} = record;
  const facts = alignedLines(
    runFacts(record).map(({name, text}) => [name, plainText(text)]),
    ['left', 'left'],
  );
  const rows = trials.length === 0 ? ['No trial has ended.'] : tableLines(tableColumns(trials), trials);
  const servers = serverTables(record).flatMap(table => ['', ...tableLines(table.columns, table.rows)]);
  const findings = findingLines(record);
  return [...facts, '', ...rows, ...servers, ...(findings.length === 0 ? [] : ['', ...findings]), ''].join('\n');
};
