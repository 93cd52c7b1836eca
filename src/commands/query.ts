import {CutoverError, reasonOf} from '../errors.ts';
import type {Answer} from '../query/database.ts';
import {plainText} from '../report/plain-text.ts';
import {answerCsv, answerJson, answerTable, queryHint, viewList} from './query-text.ts';

interface QueryOptions {
  /** Empty where --trend asks. */
  readonly sql: string;
  /** `suite.metric`, or null. */
  readonly trend: string | null;
  /** Folders with runs and decisions, at any depth. */
  readonly dirs: readonly string[];
  readonly json: boolean;
  readonly csv: boolean;
  out(text: string): void;
  /** Of records that are left out. */
  warn(line: string): void;
}

const show = (answer: Answer, {json, csv, trend}: QueryOptions) =>
  json ? answerJson(answer) : csv ? answerCsv(answer) : answerTable(answer, {rounded: trend !== null});

/** Here and nowhere else: its library has 70 MB, and is one for each platform. */
const loadDatabase = () =>
  import('../query/records-database.ts').catch((cause: unknown) => {
    throw new CutoverError('BAD_OPTIONS', `DuckDB, which answers queries, cannot be loaded: ${reasonOf(cause)}`, {
      hint: `Install its library for this platform: npm install --no-save @duckdb/node-bindings-${process.platform}-${process.arch}, in the version of @duckdb/node-api.`,
      cause,
    });
  });

/**
 * Prints the answer to a query over all records, or how a metric went from commit to commit; without either, what can be
 * asked. Throws BAD_OPTIONS with DuckDB's words and what can be asked.
 */
export const query = async (options: QueryOptions): Promise<void> => {
  const {sql, trend, dirs, out, warn} = options;
  const {openRecords, viewShapes} = await loadDatabase();
  if (sql !== '' && trend !== null)
    throw new CutoverError('BAD_OPTIONS', '--trend is a query of its own, and there is another one', {
      hint: 'Leave one out.',
    });
  if (sql === '' && trend === null) {
    out(viewList(viewShapes));
    return;
  }
  const {QueryError} = await import('../query/database.ts');
  const {trendOf} = await import('../query/trend.ts');
  using database = await openRecords(dirs);
  for (const sentence of database.leftOut) warn(`left out: ${sentence}`);
  try {
    out(show(trend === null ? await database.ask(sql) : await trendOf(database, trend), options));
  } catch (thrown) {
    if (!(thrown instanceof QueryError)) throw thrown;
    // What follows an empty line is the query once more, with a mark below it.
    const [said = ''] = thrown.message.split('\n\n');
    throw new CutoverError('BAD_OPTIONS', `the query cannot be answered: ${plainText(said)}`, {
      hint: queryHint(sql, viewShapes),
      cause: thrown,
    });
  }
};
