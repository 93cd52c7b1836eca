import {separatorOf, splitColumns} from './line-fields.ts';

/** Where and how the lines of a trace tell their time. */
export interface TimeFormat {
  /** The first line names the columns and holds no time. */
  readonly hasHeader: boolean;
  /** What every line has, for messages: `"timestamp" in ms`. */
  readonly what: string;
  /** In ms, on whatever clock the trace has; NaN for a line without it. */
  timeMs(line: string): number;
}

const msIn: Readonly<Record<string, number>> = {ns: 1e-6, us: 1e-3, ms: 1, s: 1000, sec: 1000, seconds: 1000};

const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const date = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)? ?(Z|[+-]\d\d:?\d\d)?$/;

/** A date without a zone is one of UTC: no clock is put back between two of its lines. */
const dateMs = (text: string): number => {
  const [, day, time, fraction = '.0', zone = 'Z'] = date.exec(text) ?? [];
  // Date.parse would drop what is below a millisecond, and Azure's traces have seven digits.
  return day === undefined ? Number.NaN : Date.parse(`${day}T${time}${zone}`) + Number(fraction) * 1000;
};

const numberMs = (text: string, unit: string): number =>
  number.test(text) ? Number(text) * (msIn[unit] ?? Number.NaN) : Number.NaN;

/** Null for what is not JSON. */
const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
};

const fieldOf = (line: string, name: string): unknown => {
  const value = parsed(line);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
};

/** The field that holds the time, and its unit where its name does not end in one. */
const jsonTimes = [
  ['timestamp', 'ms'],
  ['time_ms', 'ms'],
  ['time', 's'],
  ['time_s', 's'],
] as const;

/** Mooncake writes `timestamp` in ms, Qwen-Bailian (alone in having a `chat_id`) in seconds. */
const jsonLines = (first: string): TimeFormat => {
  const [name, unitByName] = jsonTimes.find(([each]) => fieldOf(first, each) !== undefined) ?? jsonTimes[0];
  const unit = name === 'timestamp' && fieldOf(first, 'chat_id') !== undefined ? 's' : unitByName;
  return {
    hasHeader: false,
    what: `"${name}" in ${unit}`,
    timeMs(line) {
      const value = fieldOf(line, name);
      return typeof value === 'string' ? dateMs(value) : numberMs(String(value), unit);
    },
  };
};

/** The first column of a line; a date's space does not end it. */
const firstColumn = (line: string): string => /^\s*"?(\d{4}-\d\d-\d\d [^",;\t]*|[^",;\s]*)/.exec(line)?.[1] ?? '';

/** `time_ms`, `arrivalMs` and `Time (ms)` name their unit; BurstGPT's `Timestamp` names none and is in seconds. */
const unitOf = (name: string): string => {
  const lastWord =
    name
      .match(/[A-Z]?[a-z]+|[A-Z]+/g)
      ?.at(-1)
      ?.toLowerCase() ?? '';
  return lastWord in msIn ? lastWord : 's';
};

/** A column whose name says that it holds the time, wherever it stands. */
const timeName = /^(?:arrival[ _]?)?(?:time|timestamp)(?:[ _(]*(?:ns|us|ms|s|sec|seconds)\)?)?$/i;

const isTime = (text: string) => number.test(text) || date.test(text);

const columns = (first: string): TimeFormat => {
  const hasHeader = !isTime(firstColumn(first));
  const separator = separatorOf(first);
  const names = hasHeader ? splitColumns(first, separator) : [];
  const place = Math.max(
    0,
    names.findIndex(name => timeName.test(name)),
  );
  const unit = unitOf(names[place] ?? '');
  return {
    hasHeader,
    what: `date or number (in ${unit}) in ${place === 0 ? 'its first column' : `column "${names[place]}"`}`,
    timeMs(line) {
      const text = place === 0 ? firstColumn(line) : (splitColumns(line, separator)[place] ?? '');
      return number.test(text) ? numberMs(text, unit) : dateMs(text);
    },
  };
};

/**
 * How a trace is written, seen from its first line. JSONL has a number or a date as `timestamp`, `time_ms` or `time`; any
 * other text has them in the column of such a name, else in its first one, numbers in the unit that the column's name
 * ends in, else in seconds.
 */
export const timeFormatOf = (first: string): TimeFormat =>
  first.trimStart().startsWith('{') ? jsonLines(first) : columns(first);
