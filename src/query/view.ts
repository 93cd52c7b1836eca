/** As DuckDB calls them. Times of day are UTC. */
export type SqlType = 'VARCHAR' | 'VARCHAR[]' | 'DOUBLE' | 'INTEGER' | 'BOOLEAN' | 'TIMESTAMP';

/** A value for a column of such a type; null is "not measured" or "not told". */
type Value = string | number | boolean | null | readonly string[];

export interface ViewColumn<Of> {
  readonly name: string;
  readonly type: SqlType;
  read(of: Of): Value;
}

/** What a query can ask: a name, a line about it, and its columns. */
export interface ViewShape {
  readonly name: string;
  readonly about: string;
  readonly columns: readonly {readonly name: string; readonly type: string}[];
}

/** One whose rows are made from records before the query. */
export interface View<Source> extends ViewShape {
  readonly columns: readonly {readonly name: string; readonly type: SqlType}[];
  /** Each row has its values in the order of the columns. */
  rowsOf(source: Source): readonly (readonly Value[])[];
}

/** A view with one row for each of what `each` finds in a source. */
export const viewOf = <Source, Of>(
  name: string,
  about: string,
  each: (source: Source) => readonly Of[],
  columns: readonly ViewColumn<Of>[],
): View<Source> => ({
  ...{name, about, columns},
  rowsOf: source => each(source).map(of => columns.map(({read}) => read(of))),
});

/** Columns of one type, by their names. */
export const columnsOf = <Of>(
  type: SqlType,
  reads: Readonly<Record<string, (of: Of) => Value>>,
): readonly ViewColumn<Of>[] => Object.entries(reads).map(([name, read]) => ({name, type, read}));
