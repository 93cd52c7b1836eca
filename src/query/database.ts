import {
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBResultReader,
  DuckDBTimestampValue,
  LIST,
  listValue,
  StatementType,
  VARCHAR,
} from '@duckdb/node-api';
import {pattern, quoted, type SampleFile, sampleShape, selectSamples} from './sample-view.ts';
import type {SqlType, View} from './view.ts';

/** Rows of a view that are made from records. */
export interface Table {
  readonly shape: View<never>;
  readonly rows: readonly (readonly unknown[])[];
}

export interface Answer {
  readonly columns: readonly {readonly name: string; readonly isNumber: boolean}[];
  /** JSON values: numbers, texts (dates too, and whole numbers beyond 2^53), booleans, null, lists. */
  readonly rows: readonly (readonly unknown[])[];
}

/** What DuckDB says of a query that it cannot answer, in its own words. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
}

const integers = ['BIGINT', 'UBIGINT', 'HUGEINT', 'UHUGEINT', 'DECIMAL'];
const numbers = [...integers, 'TINYINT', 'SMALLINT', 'INTEGER', 'UTINYINT', 'USMALLINT', 'UINTEGER', 'FLOAT', 'DOUBLE'];

/** Types as they are written, without the digits of a DECIMAL(18,3). */
const typeName = (type: {toString(): string}) => type.toString().replace(/\(.*/, '');

const numberOf = (value: unknown): number => {
  if (typeof value !== 'number') throw new TypeError(`${JSON.stringify(value)} stands in a column of numbers`);
  return value;
};

/** How a value of each type is appended; text that is no such value is a mistake of the view's and throws. */
const append: Readonly<Record<SqlType, (appender: DuckDBAppender, value: unknown) => void>> = {
  VARCHAR: (appender, value) => appender.appendVarchar(String(value)),
  'VARCHAR[]': (appender, value) =>
    appender.appendList(listValue((value as readonly unknown[]).map(String)), LIST(VARCHAR)),
  DOUBLE: (appender, value) => appender.appendDouble(numberOf(value)),
  INTEGER: (appender, value) => appender.appendInteger(numberOf(value)),
  BOOLEAN: (appender, value) => appender.appendBoolean(value === true),
  TIMESTAMP: (appender, value) =>
    appender.appendTimestamp(new DuckDBTimestampValue(BigInt(Date.parse(String(value))) * 1000n)),
};

const createTable = async (connection: DuckDBConnection, {shape: {name, columns}, rows}: Table) => {
  await connection.run(
    `CREATE TABLE "${name}" (${columns.map(({name: column, type}) => `"${column}" ${type}`).join(', ')})`,
  );
  const appender = await connection.createAppender(name);
  for (const row of rows) {
    for (const [place, {type}] of columns.entries()) {
      const value = row[place] ?? null;
      if (value === null) appender.appendNull();
      else append[type](appender, value);
    }
    appender.endRow();
  }
  appender.closeSync();
};

/**
 * From here on the files of samples can be read and nothing else: no other file, no network, no extension, and nothing is
 * spilled to the disk. That nothing is written to those files either is `ask`'s part, which takes only what selects.
 */
const lock = async (connection: DuckDBConnection, files: readonly SampleFile[]) => {
  const paths = new Set(files.flatMap(({file}) => [quoted(file), pattern(file)]));
  for (const setting of [
    `allowed_paths = [${[...paths].join(', ')}]`,
    "temp_directory = ''",
    'autoinstall_known_extensions = false',
    'autoload_known_extensions = false',
    'enable_external_access = false',
    'lock_configuration = true',
  ])
    await connection.run(`SET ${setting}`);
};

const answerOf = (reader: DuckDBResultReader): Answer => {
  const types = reader.columnTypes().map(typeName);
  // A whole number that JavaScript would round stays the text that it is.
  const shown = (value: unknown, place: number) => {
    if (typeof value !== 'string' || !integers.includes(types[place] ?? '')) return value;
    const number = Number(value);
    return Number.isInteger(number) && !Number.isSafeInteger(number) ? value : number;
  };
  return {
    columns: reader
      .deduplicatedColumnNames()
      .map((name, place) => ({name, isNumber: numbers.includes(types[place] ?? '')})),
    rows: reader.getRowsJson().map(row => row.map(shown)),
  };
};

export interface Database extends Disposable {
  /** One statement that selects. Throws QueryError. */
  ask(sql: string, values?: readonly string[]): Promise<Answer>;
}

/** A database in memory that has these tables, and the samples as a view over their files. */
export const openDatabase = async (tables: readonly Table[], samples: readonly SampleFile[]): Promise<Database> => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const table of tables) await createTable(connection, table);
  await connection.run(`CREATE VIEW "${sampleShape.name}" AS ${selectSamples(samples)}`);
  await lock(connection, samples);

  const select = async (sql: string, values: readonly string[]): Promise<Answer> => {
    const statements = await connection.extractStatements(sql);
    if (statements.count !== 1) throw new QueryError(`one statement is expected, and here are ${statements.count}`);
    const prepared = await statements.prepare(0);
    if (prepared.statementType !== StatementType.SELECT)
      throw new QueryError('only queries are answered: select, from, with, describe, summarize, show, values');
    for (const [place, value] of values.entries()) prepared.bindVarchar(place + 1, value);
    return answerOf(await prepared.runAndReadAll());
  };

  return {
    async ask(sql, values = []) {
      try {
        return await select(sql, values);
      } catch (thrown) {
        if (thrown instanceof QueryError || !(thrown instanceof Error)) throw thrown;
        throw new QueryError(thrown.message, {cause: thrown});
      }
    },
    [Symbol.dispose]() {
      connection.closeSync();
      instance.closeSync();
    },
  };
};
