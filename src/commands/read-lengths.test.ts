import {createHash} from 'node:crypto';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {lengthSpec} from '../schema/length.ts';
import {readLength} from './read-lengths.ts';

const read = async (text: string, option = 'promptTokens') => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'lengths.txt');
  await writeFile(path, text);
  return await readLength({path}, option);
};

test('one length a line: name, hash, count and every length in order', async () => {
  const text = '900\n100\r\n\n500\n100';
  expect(await read(text)).toEqual({
    draw: 'file',
    file: 'lengths.txt',
    sha256: createHash('sha256').update(text).digest('hex'),
    count: 4,
    quantiles: [100, 100, 500, 900],
  });
});

test('of a CSV the column that is named like the option, however it is written', async () => {
  const csv = 'id,"Prompt Tokens",output_tokens\n1,100,7\n"2,b",300,9\n';
  expect(await read(csv)).toMatchObject({quantiles: [100, 300]});
  expect(await read(csv, 'outputTokens')).toMatchObject({quantiles: [7, 9]});
  expect(await read('outputTokens\n12\n', 'outputTokens')).toMatchObject({quantiles: [12]});
});

test('of more than 1001 lengths 1001 evenly spaced ones are kept, the shortest and the longest among them', async () => {
  // 1 … 5001: every fifth, from the first on.
  const text = Array.from({length: 5001}, (_, index) => 5001 - index).join('\n');
  const length = await read(text);
  expect(length).toMatchObject({count: 5001, quantiles: Array.from({length: 1001}, (_, index) => 1 + 5 * index)});
  expect(lengthSpec.safeParse(length).error).toBeUndefined();
});

test('quantiles are as many as there is room for, in order, and each is one of the lengths', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({min: 1, max: 3000}), {minLength: 1, maxLength: 2500}), async lengths => {
      const {quantiles} = (await read(lengths.join('\n'))) as {quantiles: number[]};
      expect(quantiles).toHaveLength(Math.min(lengths.length, 1001));
      expect(quantiles).toEqual(quantiles.toSorted((a, b) => a - b));
      expect([quantiles[0], quantiles.at(-1)]).toEqual([
        Math.min(...lengths),
        quantiles.length > 1 ? Math.max(...lengths) : lengths[0],
      ]);
      const known = new Set(lengths);
      expect(quantiles.every(tokens => known.has(tokens))).toBe(true);
    }),
    {numRuns: 30},
  );
});

describe('what cannot be used is refused with its line', () => {
  test.each([
    ['', 'it holds none'],
    ['100\nabc\n', 'line 2 has no length from 1 to 1000000: "abc"'],
    ['100\n0\n', 'line 2 has no length from 1 to 1000000: "0"'],
    ['prompt_tokens,b\n,3\n', 'line 2 has no length from 1 to 1000000: ",3"'],
    ['a,b\n1,2\n', 'no column is named like --prompt-tokens: "a,b"'],
  ])('%j', async (text, reason) => {
    await expect(read(text)).rejects.toMatchObject({code: 'BAD_OPTIONS', message: expect.stringContaining(reason)});
  });

  test('a file that is not there', async () => {
    await expect(readLength({path: '/nowhere/x.txt'}, 'promptTokens')).rejects.toMatchObject({
      code: 'BAD_OPTIONS',
      message: expect.stringContaining('/nowhere/x.txt'),
    });
  });
});

test('a length that stands in no file is given back', async () => {
  expect(await readLength(512, 'promptTokens')).toBe(512);
  expect(await readLength(null, 'promptTokens')).toBeNull();
});
