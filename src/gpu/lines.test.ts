import fc from 'fast-check';
import {expect, test} from 'vitest';
import {splitLines} from './lines.ts';

const linesOf = (pieces: readonly string[]): string[] => {
  const lines: string[] = [];
  const add = splitLines(line => lines.push(line));
  for (const piece of pieces) add(piece);
  return lines;
};

test('a line comes when its end does, without it', () => {
  expect(linesOf(['one\ntw', 'o\r\n', 'three'])).toEqual(['one', 'two']);
});

test('how the text is cut does not matter', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z0-9, ]*$/)), fc.nat({max: 7}), (lines, size) => {
      const text = lines.map(line => `${line}\n`).join('');
      const pieces = text.match(new RegExp(`[^]{1,${size + 1}}`, 'g')) ?? [];
      expect(linesOf(pieces)).toEqual(lines);
    }),
  );
});
