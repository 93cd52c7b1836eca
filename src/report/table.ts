import type {RunRecord} from '../schema/record.ts';
import {examinationLines} from './checks.ts';
import {type TableColumn, tableColumns} from './columns.ts';
import {findingGroups} from './finding-groups.ts';
import {interferenceColumns, interferencesOf} from './interference-columns.ts';
import {shownNumber} from './number.ts';
import {plainText} from './plain-text.ts';
import {runFacts} from './run-facts.ts';
import {serverTables} from './server-columns.ts';
import {levelsOf, sweepColumns, sweepText} from './sweep-columns.ts';
import {alignedLines, type Side} from './text-table.ts';
import {disturbanceBlocks} from './topology/disturbances.ts';
import {type Section, shownColumns} from './topology/section.ts';
import {topologySections} from './topology/sections.ts';
import {turnsOf, turnTableColumns} from './turn-columns.ts';

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

const sweepLines = (record: RunRecord): string[] => {
  if (record.sweeps.length === 0) return [];
  const levels = levelsOf(record);
  const texts = record.sweeps.map(sweep => plainText(sweepText(sweep, record)));
  return ['', ...(levels.length === 0 ? [] : tableLines(sweepColumns(levels), levels)), ...texts];
};

const interferenceLines = (record: RunRecord): string[] => {
  const pairs = interferencesOf(record);
  return pairs.length === 0 ? [] : ['', ...tableLines(interferenceColumns, pairs)];
};

const sectionLines = (section: Section): string[] => tableLines(shownColumns(section), section.rows);

const disturbanceLines = (record: RunRecord): string[] =>
  disturbanceBlocks(record).flatMap(({heading, facts, stretches}) => {
    // Of several facts with one name it stands once.
    const lines = facts.map(({name, text}, place) => [name === facts[place - 1]?.name ? '' : name, plainText(text)]);
    return ['', plainText(heading), ...alignedLines(lines, ['left', 'left']), ...sectionLines(stretches)];
  });

const findingLines = (record: RunRecord): string[] =>
  findingGroups(record).flatMap(({severity, code, hint, messages}) => [
    `${severity === 'void' ? 'VOID' : severity} ${plainText(code)}`,
    ...messages.map(({message, trials: concerned}) => `  ${plainText(concerned)}: ${plainText(message)}`),
    ...(hint === null ? [] : [`  fix: ${plainText(hint)}`]),
  ]);

/** The one table on stdout: what ran, one row a trial, one a turn, what several servers did each, what was done to them, where the servers' memory and time went, and what is wrong with the numbers. Ends in a line feed. */
export const renderTable = (record: RunRecord): string => {
  const {trials} = record;
  const facts = alignedLines(
    runFacts(record).map(({name, text}) => [name, plainText(text)]),
    ['left', 'left'],
  );
  const examined = examinationLines(record);
  const none = examined.length === 0 ? ['', 'No trial has ended.'] : [];
  const rows = trials.length === 0 ? none : ['', ...tableLines(tableColumns(trials), trials)];
  const turns = turnsOf(record);
  const turnRows = turns.length === 0 ? [] : ['', ...tableLines(turnTableColumns, turns)];
  const servers = serverTables(record).flatMap(table => ['', ...tableLines(table.columns, table.rows)]);
  const findings = findingLines(record);
  return [
    ...facts,
    ...rows,
    ...turnRows,
    ...topologySections(record).flatMap(section => ['', ...sectionLines(section)]),
    ...disturbanceLines(record),
    ...interferenceLines(record),
    ...sweepLines(record),
    ...examined,
    ...servers,
    ...(findings.length === 0 ? [] : ['', ...findings]),
    '',
  ].join('\n');
};
