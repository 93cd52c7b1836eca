import {expect, test} from 'vitest';
import {type LoadProgress, nothingSent} from '../progress.ts';
import {Countdown} from './countdown.ts';

const anHourMs = 3_600_000;

/** What is made of a warm-up and of a measurement, by a countdown to an hour from now. */
const toldBy = (untilReady: (countdown: Countdown) => void, startInMs = anHourMs) => {
  const told: LoadProgress[] = [];
  const countdown = new Countdown(Date.now() + startInMs, progress => told.push(progress));
  untilReady(countdown);
  countdown.tell(nothingSent(0));
  countdown.tell({...nothingSent(0), phase: 'measure'});
  return told.map(({startsInMs}) => (startsInMs === undefined ? null : Math.round(startsInMs / 60_000)));
};

test('a shard that is ready says how long it waits, by the clock of the start as soon as that is known', () => {
  expect(toldBy(countdown => countdown.ready())).toEqual([60, null]);
  expect(toldBy(countdown => countdown.ready({offsetMs: 1_200_000}))).toEqual([40, null]);
});

test('one that warms up or connects says that, and one whose start is past nothing more', () => {
  expect(toldBy(() => {})).toEqual([null, null]);
  expect(toldBy(countdown => countdown.ready(), -anHourMs)).toEqual([null, null]);
});
