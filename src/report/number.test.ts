import fc from 'fast-check';
import {expect, test} from 'vitest';
import {shownNumber} from './number.ts';

test.each([
  [412.3384, 'ms', '412'],
  [45.25, 'ms', '45.3'],
  [7.5, 'ms', '7.50'],
  [0.0123, 'ms', '0.012'],
  [0.0123, 's', '0.0123'],
  [9.996, 'ms', '10.0'],
  [999.6, 'ms', '1000'],
  [7124.4, 'tok/s', '7124'],
  [123_456.7, 'tok/s', '123457'],
  [25, '%', '25.0'],
  [3.456, '%', '3.5'],
  [0, 'req/s', '0.00'],
  [700, '', '700'],
  [1.08123, '', '1.08'],
])('%d %s is shown as %s', (value, unit, shown) => {
  expect(shownNumber(value, unit)).toBe(shown);
});

test('what was not measured is empty', () => {
  expect(shownNumber(null, 'ms')).toBe('');
});

test('what is shown is within half a percent of the value', () => {
  fc.assert(
    fc.property(fc.double({min: 0.01, max: 1e9, noNaN: true}), value => {
      expect(Math.abs(Number(shownNumber(value, 's')) - value)).toBeLessThanOrEqual(0.005 * value + 1e-9);
    }),
  );
});
