import fc from 'fast-check';
import {expect, test} from 'vitest';
import {type DateSeen, edgeBetween, offsetOf} from './date-edge.ts';

const url = 'http://server';

test('a change lies between when the old second was asked for and when the new one came', () => {
  const before = {secondMs: 5000, askedMs: 100, cameMs: 102};
  expect(edgeBetween(url, before, {secondMs: 6000, askedMs: 103, cameMs: 107})).toEqual({
    secondMs: 6000,
    fromMs: 100,
    toMs: 107,
  });
  expect(edgeBetween(url, before, {secondMs: 5000, askedMs: 103, cameMs: 107})).toBeNull();
});

test('a time that goes back is that of another server, and an error', () => {
  const [one, other] = [
    {secondMs: 5000, askedMs: 0, cameMs: 1},
    {secondMs: 4000, askedMs: 1, cameMs: 2},
  ];
  expect(() => edgeBetween(url, one, other)).toThrow(/several servers/);
});

test('the offset is what all changes allow', () => {
  // Ahead by 9900 to 9908 and by 9896 to 9902.
  const edges = [
    {secondMs: 10_000, fromMs: 92, toMs: 100},
    {secondMs: 11_000, fromMs: 1098, toMs: 1104},
  ];
  expect(offsetOf(edges)).toEqual({reference: 'date', offsetMs: 9901, errorMs: 1});
});

test('of changes that drift, the offset is in their middle and the drift in its error', () => {
  const edges = [0, 1, 2].map(k => ({secondMs: 10_000 + 1000 * k, fromMs: 1008 * k, toMs: 1008 * k + 2}));
  // 9998 to 10000 at first, 9982 to 9984 at last.
  expect(offsetOf(edges)).toEqual({reference: 'date', offsetMs: 9991, errorMs: 9});
});

test('what comes after a second that was left out is of no use', () => {
  const edges = [
    {secondMs: 10_000, fromMs: 0, toMs: 2},
    {secondMs: 11_000, fromMs: 1000, toMs: 1002},
    {secondMs: 13_000, fromMs: 2008, toMs: 2010},
  ];
  expect(offsetOf(edges)).toEqual({reference: 'date', offsetMs: 9999, errorMs: 1});
});

test('whatever two machines are off by, and however long their ways, they agree on when it is within their errors', () => {
  const observer = fc.record({
    aheadMs: fc.double({min: -1e6, max: 1e6, noNaN: true}),
    wayMs: fc.double({min: 0.5, max: 30, noNaN: true}),
    share: fc.double({min: 0, max: 1, noNaN: true}),
    startMs: fc.double({min: 0, max: 200, noNaN: true}),
  });
  fc.assert(
    fc.property(
      observer,
      observer,
      fc.double({min: 0, max: 12, noNaN: true}),
      fc.nat({max: 999}),
      (one, other, driftMs, phaseMs) => {
        /** What the header says at a time of the truth: it is written anew a little more than a second after the last time. */
        const secondAt = (ms: number) => {
          const written = Math.floor((ms - phaseMs) / (1000 + driftMs)) * (1000 + driftMs) + phaseMs;
          return Math.floor((written - phaseMs + 0.001) / 1000) * 1000;
        };
        const measured = ({aheadMs, wayMs, share, startMs}: typeof one) => {
          const edges = [];
          let last: DateSeen | null = null;
          for (let ms = startMs; edges.length < 3; ms += wayMs) {
            const seen: DateSeen = {
              secondMs: secondAt(ms + wayMs * share),
              askedMs: ms + aheadMs,
              cameMs: ms + wayMs + aheadMs,
            };
            const edge: ReturnType<typeof edgeBetween> = last && edgeBetween(url, last, seen);
            if (edge !== null && edge.secondMs >= 1000) edges.push(edge);
            last = seen;
          }
          const {offsetMs, errorMs} = offsetOf(edges);
          return {zeroMs: -offsetMs - aheadMs, errorMs};
        };
        const [mine, theirs] = [measured(one), measured(other)];
        expect(Math.abs(mine.zeroMs - theirs.zeroMs)).toBeLessThanOrEqual(mine.errorMs + theirs.errorMs + 0.01);
        // As close as the way is short and the seconds are even.
        expect(mine.errorMs).toBeLessThanOrEqual(1.5 * one.wayMs + driftMs + 0.01);
      },
    ),
  );
});
