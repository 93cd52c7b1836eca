import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {basename} from 'node:path';
import {createInterface} from 'node:readline';
import {CutoverError, reasonOf} from '../errors.ts';
import {flagText, type Options} from '../options.ts';
import type {LengthSpec} from '../schema/length.ts';

const mostTokens = 1_000_000;
const mostQuantiles = 1001;

const badLengths = (path: string, reason: string, cause?: unknown) =>
  new CutoverError('BAD_OPTIONS', `The lengths in ${path} cannot be used: ${reason}`, {
    hint: 'Write one whole number of tokens a line, or a CSV with a column named prompt_tokens or output_tokens.',
    cause,
  });

const cellsOf = (line: string): string[] =>
  [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell = '']) => cell.trim().replace(/^"(.*)"$/, '$1'));

/** `prompt_tokens`, `prompt-tokens` and `promptTokens` are one name. */
const nameOf = (text: string) => text.toLowerCase().replace(/[^a-z]/g, '');

/** How often each length stands in the file: no more memory for a million lines than for their different lengths. */
const countLengths = async (path: string, option: string) => {
  const counts = new Map<number, number>();
  const hash = createHash('sha256');
  const bytes = createReadStream(path).on('data', chunk => hash.update(chunk));
  let place: number | null = null;
  let number = 0;
  for await (const line of createInterface({input: bytes, crlfDelay: Number.POSITIVE_INFINITY})) {
    number += 1;
    const text = line.replace(/^\ufeff/, '').trim();
    if (text === '') continue;
    if (place === null) {
      if (/^\d+$/.test(text)) place = 0;
      else {
        place = cellsOf(text).findIndex(cell => nameOf(cell) === nameOf(option));
        if (place < 0)
          throw badLengths(path, `no column is named like ${flagText(option)}: ${JSON.stringify(text.slice(0, 80))}`);
        continue;
      }
    }
    const cell = cellsOf(text)[place] ?? '';
    const tokens = /^\d+$/.test(cell) ? Number(cell) : 0;
    if (tokens < 1 || tokens > mostTokens)
      throw badLengths(
        path,
        `line ${number} has no length from 1 to ${mostTokens}: ${JSON.stringify(text.slice(0, 80))}`,
      );
    counts.set(tokens, (counts.get(tokens) ?? 0) + 1);
  }
  return {counts, sha256: hash.digest('hex')};
};

/** Evenly spaced, from the shortest to the longest; every one of the lengths where they are no more than fit. */
const quantilesOf = (counts: ReadonlyMap<number, number>, count: number): number[] => {
  const most = Math.min(count, mostQuantiles);
  const sorted = [...counts].sort(([a], [b]) => a - b);
  const quantiles: number[] = [];
  let below = 0;
  for (const [tokens, times] of sorted) {
    below += times;
    // The k-th quantile is the length with round(k (count-1) / (most-1)) others before it.
    while (quantiles.length < most && Math.round((quantiles.length * (count - 1)) / Math.max(1, most - 1)) < below)
      quantiles.push(tokens);
  }
  return quantiles;
};

/**
 * A length of the command line with what stands in its file, a line at a time; `option` names the column of a CSV. Throws
 * BAD_OPTIONS with the line and the fix.
 */
export const readLength = async (given: Options['promptTokens'], option: string): Promise<LengthSpec | null> => {
  if (given === null || typeof given === 'number' || !('path' in given)) return given;
  const {path} = given;
  try {
    const {counts, sha256} = await countLengths(path, option);
    const count = counts.values().reduce((sum, times) => sum + times, 0);
    if (count === 0) throw badLengths(path, 'it holds none');
    return {draw: 'file', file: basename(path), sha256, count, quantiles: quantilesOf(counts, count)};
  } catch (cause) {
    if (cause instanceof CutoverError) throw cause;
    throw badLengths(path, reasonOf(cause), cause);
  }
};
