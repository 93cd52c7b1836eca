import fc from 'fast-check';
import {expect, test} from 'vitest';
import {readVector} from './vector.ts';

const inBase64 = (numbers: readonly number[]) => {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [place, number] of numbers.entries()) bytes.writeFloatLE(number, 4 * place);
  return bytes.toString('base64');
};

test('base64 is float32, the lowest byte first: 1 is 00 00 80 3f', () => {
  expect(readVector('AACAPwAAAMA=')).toEqual([1, -2]);
});

test('what was a vector of float32 numbers is one again, bit by bit', () => {
  const finite = fc.float({noNaN: true, noDefaultInfinity: true});
  fc.assert(
    fc.property(fc.array(finite, {minLength: 1, maxLength: 40}), numbers => {
      expect(readVector(inBase64(numbers))).toEqual(numbers);
    }),
  );
});

test.each([
  ['three bytes', 'AACA'],
  ['five bytes', 'AACAPwA='],
  ['nothing', ''],
  ['a number that is not finite', inBase64([1, Number.NaN])],
  ['an infinite one', inBase64([Number.POSITIVE_INFINITY])],
  ['a letter that is no base64', 'AACA*w=='],
  ['white space', 'AACA Pw=='],
  ['the end missing', 'AACAPw'],
])('base64 of %s is no vector', (_, text) => {
  expect(readVector(text)).toBeNull();
});

test.each([
  ['empty', []],
  ['of texts', ['1']],
  ['with null', [1, null]],
])('a list that is %s is no vector', (_, list) => {
  expect(readVector(list)).toBeNull();
});
