import {expect, test} from 'vitest';
import type {ClientLine} from '../../../schema/journal.ts';
import type {ClockReading} from '../../../schema/rehearsal.ts';
import {clockBetween, shiftLine} from './shift-stamps.ts';

/** Of a clock that stood 1000 ms behind at 5000 ms, and gained 20 ms until 105,000 ms. */
const begin: ClockReading = {atMs: 5000, offsetMs: 1000, errorMs: 0.2};
const end: ClockReading = {atMs: 105_000, offsetMs: 980, errorMs: 0.3};

test('between two readings of a clock that runs too fast its drift is taken out, and outside of them no more than that', () => {
  const toHere = clockBetween([begin, end]);
  expect(toHere(4000)).toBe(5000);
  expect(toHere(104_020)).toBe(105_000);
  expect(toHere(54_010)).toBe(55_000);
  expect([toHere(3000), toHere(114_020)]).toEqual([4000, 115_000]);
  const stamps = Array.from({length: 200}, (_, at) => toHere(4000 + at * 500));
  expect(stamps).toEqual(stamps.toSorted((a, b) => a - b));
});

test('a clock that was set right in between is followed from reading to reading', () => {
  const middle: ClockReading = {atMs: 55_000, offsetMs: 1500, errorMs: 0.2};
  const toHere = clockBetween([begin, middle, end]);
  expect([toHere(4000), toHere(53_500), toHere(104_020)]).toEqual([5000, 55_000, 105_000]);
  expect(toHere(28_750)).toBe(30_000);
  expect(toHere(4000)).toBe(5000); // again, out of order
});

test('every stamp of a line is moved, and what there was none of stays so', () => {
  const sent = {id: 's1-1', part: 'chat', kind: 'chat', scheduledMs: 4000, sentMs: 4001} as const;
  const ended: ClientLine = {
    ...{event: 'ended', ...sent, outcome: 'lost', status: null, reason: 'torn'},
    ...{firstByteMs: 4002, firstTokenMs: null, endMs: 4003},
  };
  const moved = clockBetween([begin, {...begin, atMs: 6000}]);
  expect(shiftLine({event: 'sent', ...sent}, moved)).toEqual({event: 'sent', ...sent, scheduledMs: 5000, sentMs: 5001});
  expect(shiftLine(ended, moved)).toEqual({...ended, scheduledMs: 5000, sentMs: 5001, firstByteMs: 5002, endMs: 5003});
});
