import {expect, test} from 'vitest';
import {clockErrorMs, tellingReadings} from './clock-error.ts';

const at = (seconds: number, errorMs: number) => ({atMs: seconds * 1000, offsetMs: 0, errorMs});

test('between two readings a clock may run off by half a ms a second, up to the middle, and the worse one counts', () => {
  expect(clockErrorMs([])).toBe(0);
  expect(clockErrorMs([at(0, 0.2)])).toBe(0.2);
  expect(clockErrorMs([at(0, 0.2), at(120, 0.4)])).toBeCloseTo(30.4, 10);
  expect(clockErrorMs([at(240, 1), at(0, 0.2), at(120, 0.4)])).toBeCloseTo(31, 10);
  expect(clockErrorMs([at(0, 0.2), at(600, 0.2)])).toBeCloseTo(150.2, 10);
});

test('a reading that says less of a clock than its neighbours do is left out; the first one and the last are not', () => {
  const [first, good, disturbed, last] = [at(0, 50), at(120, 0.4), at(240, 90), at(360, 60)];
  expect(tellingReadings([last, first, disturbed, good])).toEqual([first, good, disturbed, last]);
  const end = at(360, 0.3);
  expect(tellingReadings([at(0, 0.2), good, disturbed, end])).toEqual([at(0, 0.2), good, end]);
  expect(tellingReadings([first])).toEqual([first]);
});
