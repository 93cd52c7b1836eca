import fc from 'fast-check';
import {expect, test} from 'vitest';
import {alignedLines, type Side} from './text-table.ts';

test('words begin at the left edge of their column and numbers end at its right one', () => {
  expect(
    alignedLines(
      [
        ['suite', 'req/s'],
        ['a', '7.5'],
        ['longer one', '1234'],
      ],
      ['left', 'right'],
    ),
  ).toEqual(['suite       req/s', 'a             7.5', 'longer one   1234']);
});

test('no rows are no lines', () => {
  expect(alignedLines([], ['left'])).toEqual([]);
});

test('every cell stands whole in the same columns of every line', () => {
  const sides = fc.array(fc.constantFrom<Side>('left', 'right'), {minLength: 1, maxLength: 6});
  const cell = fc.stringMatching(/^[!-~]{0,12}$/);
  const table = sides.chain(given =>
    fc.record({
      sides: fc.constant(given),
      rows: fc.array(fc.array(cell, {minLength: given.length, maxLength: given.length}), {minLength: 1, maxLength: 8}),
    }),
  );
  fc.assert(
    fc.property(table, ({sides: given, rows}) => {
      const lines = alignedLines(rows, given);
      let start = 0;
      for (const [place, side] of given.entries()) {
        const width = Math.max(...rows.map(row => row[place]?.length ?? 0));
        for (const [row, line] of lines.entries()) {
          const text = rows[row]?.[place] ?? '';
          const shown = line.padEnd(start + width).slice(start, start + width);
          expect(shown).toBe(side === 'left' ? text.padEnd(width) : text.padStart(width));
        }
        start += width + 2;
      }
    }),
  );
});
