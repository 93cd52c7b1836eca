import type {Answer} from '../query/database.ts';
import type {ViewShape} from '../query/view.ts';
import {csvText} from '../report/csv-text.ts';
import {shownNumber} from '../report/number.ts';
import {plainText} from '../report/plain-text.ts';
import {alignedLines} from '../report/text-table.ts';

/** Lists and structs as JSON; what a record holds of engines and users is only printed. */
const cellText = (value: unknown, rounded: boolean): string => {
  if (value === null || value === undefined) return '-';
  if (rounded && typeof value === 'number') return shownNumber(value);
  return plainText(typeof value === 'object' ? JSON.stringify(value) : String(value));
};

const lines = (of: readonly string[]) => of.map(line => `${line}\n`).join('');

/** With a head and a count, numbers at the right edge, rounded only where that is asked for; a dash is null. */
export const answerTable = ({columns, rows}: Answer, {rounded = false} = {}): string => {
  const sides = columns.map(({isNumber}) => (isNumber ? 'right' : 'left'));
  const cells = rows.map(row => row.map(value => cellText(value, rounded)));
  const count = rows.length === 1 ? '1 row' : `${rows.length} rows`;
  return lines([...alignedLines([columns.map(({name}) => plainText(name)), ...cells], sides), '', count]);
};

/** An array of objects, one a row. */
export const answerJson = ({columns, rows}: Answer): string => {
  const objects = rows.map(row => Object.fromEntries(columns.map(({name}, place) => [name, row[place]])));
  return `${JSON.stringify(objects, null, 2)}\n`;
};

const csvCell = (value: unknown) => {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  return plainText(typeof value === 'object' ? JSON.stringify(value) : String(value));
};

export const answerCsv = ({columns, rows}: Answer): string =>
  csvText([columns.map(({name}) => name), ...rows.map(row => row.map(csvCell))]);

/** What a query can name. */
export const viewList = (views: readonly ViewShape[]): string =>
  lines(
    views.flatMap(({name, about, columns}) => [
      `${name}: ${about}`,
      `  ${columns.map(column => `${column.name} ${column.type}`).join(', ')}`,
    ]),
  );

/** What can be named, as far as it helps: the columns of the views that the query names, else all views. */
export const queryHint = (sql: string, views: readonly ViewShape[]): string => {
  const named = views.filter(({name}) => new RegExp(`\\b${name}\\b`, 'i').test(sql));
  if (named.length > 0) return viewList(named).trimEnd();
  return `The views are ${views.map(({name}) => name).join(', ')}; npm run query lists their columns.`;
};
