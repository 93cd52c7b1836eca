import {expect, test} from 'vitest';
import {toSixDigits} from './six-digits.ts';

test('numbers keep six significant digits, whole ones all of them, and nothing else changes', () => {
  const value = {a: 1234.56789, b: [0.000_012_345_678, 12_345_678, null], c: {d: '1.23456789', e: true}};
  expect(toSixDigits(value)).toEqual({
    a: 1234.57,
    b: [0.000_012_345_7, 12_345_678, null],
    c: {d: '1.23456789', e: true},
  });
});
