import type {TableColumn} from '../columns.ts';

type Cell = number | string | null;

/** A table that only some runs have: of several servers behind a router, or with something done to them. */
export interface Section {
  /** Without its extension: of the CSV, and the key in JSON. */
  readonly file: string;
  readonly heading: string;
  /** What its words mean, for those who read it in a document. */
  readonly meaning: string;
  readonly columns: readonly TableColumn<readonly Cell[]>[];
  readonly rows: readonly (readonly Cell[])[];
}

/** The rows of any table as cells, so that those of different tables can be shown by one hand; none where there is nothing to show. */
export const section = <Of>(
  words: Pick<Section, 'file' | 'heading' | 'meaning'>,
  columns: readonly TableColumn<Of>[],
  rows: readonly Of[],
): readonly Section[] =>
  rows.length === 0
    ? []
    : [
        {
          ...words,
          columns: columns.map((column, place) => ({...column, read: cells => cells[place] ?? null})),
          rows: rows.map(row => columns.map(({read}) => read(row))),
        },
      ];

/** What stands in a table: no detail, and no number that nobody told. */
export const shownColumns = ({columns, rows}: Section): Section['columns'] =>
  columns.filter(({part, read}) => part === 'label' || (part === 'measure' && rows.some(row => read(row) !== null)));

/** A column of such a table. */
export const column = <Of>(
  part: TableColumn<Of>['part'],
  key: string,
  title: string,
  unit: string,
  read: TableColumn<Of>['read'],
): TableColumn<Of> => ({part, key, title, unit, read});

export const percentOf = (part: number | null, whole: number | null): number | null =>
  part === null || whole === null || whole === 0 ? null : (part / whole) * 100;
