import {expect, test} from 'vitest';
import {SteadyWindow} from './steady-window.ts';

/** Two slots, started at 0 and 5 ms. */
const requests = [
  [0, 20, true],
  [5, 30, true],
  [20, 45, false],
  [30, 55, false],
  [45, 80, false],
  [55, 70, false],
] as const;

const windowOf = (slots: number, seen: readonly (readonly [number, number, boolean])[]) => {
  const window = new SteadyWindow(slots);
  for (const [sentMs, endMs, first] of seen) window.add({sentMs, endMs}, first);
  return window.span;
};

test('runs from the first end to the last send', () => expect(windowOf(2, requests)).toEqual({startMs: 20, endMs: 55}));

test('does not begin before the last slot was started', () => {
  expect(windowOf(2, [...requests.slice(0, 1), [25, 30, true], ...requests.slice(2)])).toEqual({
    startMs: 25,
    endMs: 55,
  });
});

test('is null below three requests a slot', () => expect(windowOf(2, requests.slice(0, 5))).toBeNull());

test('is null where nothing lies between', () => {
  expect(
    windowOf(1, [
      [0, 10, true],
      [1, 10, false],
      [2, 10, false],
    ]),
  ).toBeNull();
});
