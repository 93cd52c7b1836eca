import type {GswarmRefusal, GswarmTiming} from '../schema/gswarm-probe.ts';
import {summarise} from '../stats/percentile.ts';
import type {Asked} from './ask.ts';

const refusals = (asked: readonly Asked[]): readonly GswarmRefusal[] =>
  [
    ...Map.groupBy(
      asked.filter(({refusal}) => refusal !== null),
      ({status}) => status,
    ),
  ].map(([status, same]) => ({status, count: same.length, said: same[0]?.refusal ?? ''}));

const timing = (asked: readonly Asked[]): GswarmTiming => {
  const [{operation, valueBytes}] = asked as readonly [Asked];
  const done = asked.filter(({refusal}) => refusal === null);
  const took = done.map(({ms}) => ms);
  const totalMs = took.reduce((sum, ms) => sum + ms, 0);
  const rate = operation === 'release' || totalMs === 0 ? null : (done.length * valueBytes) / 1000 / totalMs;
  return {
    ...{operation, valueBytes, asked: asked.length, done: done.length},
    ms: summarise(took),
    mbPerSecond: rate,
    refused: refusals(asked),
  };
};

/** One for each operation and size, in the order in which they were asked. */
export const timings = (asked: readonly Asked[]): readonly GswarmTiming[] =>
  [...Map.groupBy(asked, ({operation, valueBytes}) => `${operation} ${valueBytes}`).values()].map(timing);
