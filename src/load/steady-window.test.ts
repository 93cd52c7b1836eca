import {expect, test} from 'vitest';
import {SteadyWindow, steadySpan, wholeSpanOf} from './steady-window.ts';

type Request = readonly [sentMs: number, endMs: number, firstOfItsSlot: boolean];

/** Two slots, started at 0 and 5 ms. */
const requests: readonly Request[] = [
  [0, 20, true],
  [5, 30, true],
  [20, 45, false],
  [30, 55, false],
  [45, 80, false],
  [55, 70, false],
];

const marksOf = (seen: readonly Request[]) => {
  const window = new SteadyWindow();
  for (const [sentMs, endMs, first] of seen) {
    window.add({sentMs, endMs});
    if (first) window.slotBegan({sentMs});
  }
  return window.marks;
};
const windowOf = (slots: number, seen: readonly Request[]) => steadySpan([marksOf(seen)], slots);

test('runs from the first end to the last send', () => expect(windowOf(2, requests)).toEqual({startMs: 20, endMs: 55}));

test('does not begin before the last slot was started', () => {
  expect(windowOf(2, [...requests.slice(0, 1), [25, 30, true], ...requests.slice(2)])).toEqual({
    startMs: 25,
    endMs: 55,
  });
});

test('ends where the first slot was left without a session, though others still sent', () => {
  const parts = [marksOf(requests), marksOf([])];
  const dry = new SteadyWindow();
  dry.slotRanDry(50);
  dry.slotRanDry(45);
  expect(steadySpan([...parts, dry.marks], 2)).toEqual({startMs: 20, endMs: 45});
  dry.slotRanDry(20);
  expect(steadySpan([...parts, dry.marks], 2)).toBeNull();
});

test('is null where it is shorter than a request takes in the mean', () => {
  const dryAt = (atMs: number) => {
    const window = new SteadyWindow();
    window.slotRanDry(atMs);
    return steadySpan([marksOf(requests), window.marks], 2);
  };
  // The six requests took 20, 25, 25, 25, 35 and 15 ms: 24.17 in the mean.
  expect(dryAt(44.2)).toEqual({startMs: 20, endMs: 44.2});
  expect(dryAt(44.1)).toBeNull();
});

test('is null below three requests a slot', () => expect(windowOf(2, requests.slice(0, 5))).toBeNull());

test('is null where nothing lies between', () => {
  const inStep: readonly Request[] = [
    [0, 10, true],
    [1, 10, false],
    [2, 10, false],
  ];
  expect(windowOf(1, inStep)).toBeNull();
});

test('two parts with a slot each come to the same as one part with both', () => {
  const [even, odd] = [0, 1].map(slot => requests.filter((_, index) => index % 2 === slot).map(request => request));
  const parts = [marksOf(even ?? []), marksOf(odd ?? [])];
  expect(steadySpan(parts, 2)).toEqual({startMs: 20, endMs: 55});
  expect(wholeSpanOf(parts)).toEqual({startMs: 0, endMs: 80});
});

test('a part that sent nothing changes nothing, and nothing at all has no span', () => {
  expect(steadySpan([marksOf(requests), marksOf([])], 2)).toEqual({startMs: 20, endMs: 55});
  expect(wholeSpanOf([marksOf(requests), marksOf([])])).toEqual({startMs: 0, endMs: 80});
  expect(steadySpan([marksOf([])], 2)).toBeNull();
  expect(wholeSpanOf([marksOf([])])).toBeNull();
});
