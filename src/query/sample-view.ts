import type {ViewShape} from './view.ts';

/** How DuckDB reads a line of samples.jsonl; all that schema/sample.ts has, and nothing is guessed from the data. */
const jsonColumns = {
  outcome: 'VARCHAR',
  failure: 'STRUCT(kind VARCHAR, message VARCHAR, status INTEGER)',
  trial: 'INTEGER',
  index: 'INTEGER',
  id: 'VARCHAR',
  kind: 'VARCHAR',
  session: 'VARCHAR',
  turn: 'INTEGER',
  items: 'INTEGER',
  scheduledMs: 'DOUBLE',
  sentMs: 'DOUBLE',
  firstByteMs: 'DOUBLE',
  firstChunkMs: 'DOUBLE',
  firstTokenMs: 'DOUBLE',
  lastTokenMs: 'DOUBLE',
  endMs: 'DOUBLE',
  tokenEventsMs: 'DOUBLE[]',
  tokensPerEvent: 'INTEGER[]',
  promptTokens: 'INTEGER',
  outputTokens: 'INTEGER',
  cachedPromptTokens: 'INTEGER',
  finishReason: 'VARCHAR',
  replyBytes: 'INTEGER',
} as const satisfies Record<string, string>;

const snake = (name: string) => name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);

/** The column of a query, what it is in a line, and its type. */
const columns: readonly (readonly [name: string, expression: string, type: string])[] = Object.entries(
  jsonColumns,
).flatMap(([name, type]): (readonly [string, string, string])[] =>
  type.startsWith('STRUCT')
    ? [
        ['failure_kind', 'failure.kind', 'VARCHAR'],
        ['failure_message', 'failure.message', 'VARCHAR'],
        ['failure_status', 'failure.status', 'INTEGER'],
      ]
    : [[snake(name), `"${name}"`, type]],
);

export const sampleShape: ViewShape = {
  name: 'samples',
  about: 'one row a measured request, read from the samples of each run when a query asks for them',
  columns: [{name: 'run_id', type: 'VARCHAR'}, ...columns.map(([name, , type]) => ({name, type}))],
};

export const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

const jsonTypes = Object.entries(jsonColumns)
  .map(([name, type]) => `"${name}": ${quoted(type)}`)
  .join(', ');

export interface SampleFile {
  readonly runId: string;
  /** samples.jsonl or samples.jsonl.gz. */
  readonly file: string;
  /** Of a run whose harness was killed: its last line may be cut off, and is then left out. */
  readonly cutOff: boolean;
}

/** A path as a pattern of DuckDB's that only it fits. */
export const pattern = (path: string) => quoted(path.replace(/[*?[]/g, '[$&]'));

/** Said to DuckDB, which looks for the ending before a `?` wherever that stands in the path. */
const isPacked = ({file}: SampleFile) => file.endsWith('.gz');

/** Of files that are alike: all packed or none, all cut off or none. */
const selectFrom = (files: readonly SampleFile[], {cutOff, packed}: {cutOff: boolean; packed: boolean}): string => {
  const selected = columns.map(([name, expression]) => `${expression} AS "${name}"`).join(', ');
  const paths = files.map(({file}) => pattern(file)).join(', ');
  const runIds = files.map(({file, runId}) => `${quoted(file)}: ${quoted(runId)}`).join(', ');
  // The longest line that a sample can be: 100,000 tokens, each with a stamp of 20 characters, and some texts.
  const options = `format = 'newline_delimited', compression = '${packed ? 'gzip' : 'uncompressed'}', maximum_object_size = 67108864, filename = true, columns = {${jsonTypes}}`;
  // As an expression of the file's name, so that DuckDB opens no file whose run is not asked for.
  const from = `SELECT MAP {${runIds}}[filename] AS run_id, ${selected} FROM read_json([${paths}], ${options}`;
  return cutOff ? `${from}, ignore_errors = true) WHERE "sentMs" IS NOT NULL` : `${from})`;
};

/** The samples of these runs, file by file in the order of the lines; with no run the columns and no row. */
export const selectSamples = (files: readonly SampleFile[]): string => {
  if (files.length === 0)
    return `SELECT ${sampleShape.columns.map(({name, type}) => `NULL::${type} AS "${name}"`).join(', ')} WHERE false`;
  return [false, true]
    .flatMap(cutOff => [false, true].map(packed => ({cutOff, packed})))
    .map(like => ({like, alike: files.filter(one => one.cutOff === like.cutOff && isPacked(one) === like.packed)}))
    .flatMap(({like, alike}) => (alike.length === 0 ? [] : [selectFrom(alike, like)]))
    .join(' UNION ALL ');
};
