import type {TableColumn} from './columns.ts';
import {shownNumber} from './number.ts';
import {markdownText} from './plain-text.ts';

const cell = <Of>({read, unit}: Pick<TableColumn<Of>, 'read' | 'unit'>, of: Of): string => {
  const value = read(of);
  return typeof value === 'string' ? markdownText(value) : shownNumber(value, unit);
};

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/** A Markdown table, line by line: words are escaped, numbers shown as everywhere and at the right edge. */
export const markdownTable = <Of>(
  columns: readonly Pick<TableColumn<Of>, 'title' | 'unit' | 'read'>[],
  of: readonly Of[],
): string[] => {
  const words = ({read}: Pick<TableColumn<Of>, 'read'>) => of.some(one => typeof read(one) === 'string');
  return [
    row(columns.map(({title, unit}) => (unit === '' ? title : `${title} (${unit})`))),
    row(columns.map(column => (words(column) ? '---' : '---:'))),
    ...of.map(one => row(columns.map(column => cell(column, one)))),
  ];
};
