import {normalCdf, normalQuantile} from './normal.ts';

/** Of `alpha`, what may be spent by the time that the share t of the information is in: Lan and DeMets (1983). */
const spendings = {
  /** Like Pocock's test: looks have nearly the same level. */
  pocock: (t: number, alpha: number) => alpha * Math.log(1 + (Math.E - 1) * t),
  /** Like O'Brien and Fleming's: next to nothing early, nearly everything at the end. */
  obrienFleming: (t: number, alpha: number) => 2 * normalCdf(normalQuantile(alpha / 2) / Math.sqrt(t)),
};
export type Spending = keyof typeof spendings;

/**
 * One-sided level of each look such that the chance of being significant at any of them, where nothing is there, is `alpha`.
 * `looks`: how much is known at each of them, in any unit (pairs), ascending; all of alpha is spent at the last.
 *
 * They are those of a sum of normal values; levels, not bounds, are handed to a statistic that is only like one (Jennison and
 * Turnbull 2000, on t-tests). Throws RangeError where looks do not ascend from above 0.
 */
export const nominalLevels = (looks: readonly number[], alpha: number, spending: Spending = 'pocock'): number[] => {
  const last = looks.at(-1) ?? 0;
  const times = looks.map(look => look / last);
  if (times.some((time, look) => !(time > (times[look - 1] ?? 0))))
    throw new RangeError('looks must ascend from above 0');
  let going: Going | null = null;
  let [spent, before] = [0, 0];
  const levels: number[] = [];
  for (const [look, time] of times.entries()) {
    const sd = Math.sqrt(time - before);
    const planned = spendings[spending](time, alpha);
    const bound = boundThatSpends(planned - spent, {going, sd, time});
    levels.push(normalCdf(-bound / Math.sqrt(time)));
    const nextSd = Math.sqrt((times[look + 1] ?? time + 1) - time);
    going = stillGoing({going, sd, time, bound, step: Math.min(sd, nextSd) / stepsPerSd});
    [spent, before] = [planned, time];
  }
  return levels;
};

/** Weighted density of the sum at equally spaced values, of those cases that have not been stopped. */
interface Going {
  readonly first: number;
  readonly step: number;
  /** Times Simpson's weights: an integral is a sum over them. */
  readonly weighted: Float64Array;
}

interface Increment {
  /** Null before the first look, when the sum is 0. */
  readonly going: Going | null;
  /** Of what the sum gains until this look. */
  readonly sd: number;
  /** Variance of the sum at this look. */
  readonly time: number;
}

/** Errors of the levels stay below a millionth of them. */
const stepsPerSd = 12;
/** Farther out a normal density is nothing in double precision. */
const reachSds = 8.5;

/** The integral of `going` times `kernel`, which is nothing outside low … high. */
const integral = (
  {first, step, weighted}: Going,
  kernel: (value: number) => number,
  low: number,
  high: number,
): number => {
  const from = Math.max(0, Math.ceil((low - first) / step));
  const to = Math.min(weighted.length - 1, Math.floor((high - first) / step));
  let sum = 0;
  for (let at = from; at <= to; at += 1) sum += (weighted[at] as number) * kernel(first + at * step);
  return sum;
};

/** P(not stopped before, and above `bound` at this look). */
const exceeding = (bound: number, {going, sd}: Increment): number =>
  going === null
    ? normalCdf(-bound / sd)
    : integral(going, value => normalCdf((value - bound) / sd), bound - reachSds * sd, Number.POSITIVE_INFINITY);

const boundThatSpends = (amount: number, increment: Increment): number => {
  const unit = Math.sqrt(increment.time);
  let [low, high] = [-reachSds * unit, 4 * reachSds * unit];
  while (high - low > 1e-10 * unit) {
    const middle = (low + high) / 2;
    if (exceeding(middle, increment) > amount) low = middle;
    else high = middle;
  }
  return high;
};

/** The recursion of Armitage, McPherson and Rowe (1969): the density below the bound, one look on. */
const stillGoing = ({
  going,
  sd,
  time,
  bound,
  step: widest,
}: Increment & {readonly bound: number; readonly step: number}): Going => {
  const first = -reachSds * Math.sqrt(time);
  const intervals = 2 * Math.ceil((bound - first) / widest / 2);
  const step = (bound - first) / intervals;
  const scale = 1 / (sd * Math.sqrt(2 * Math.PI));
  const weighted = new Float64Array(intervals + 1);
  for (let at = 0; at <= intervals; at += 1) {
    const sum = first + at * step;
    const gained = (value: number) => scale * Math.exp(-0.5 * ((sum - value) / sd) ** 2);
    const density = going === null ? gained(0) : integral(going, gained, sum - reachSds * sd, sum + reachSds * sd);
    const weight = at === 0 || at === intervals ? 1 : at % 2 === 1 ? 4 : 2;
    weighted[at] = (density * weight * step) / 3;
  }
  return {first, step, weighted};
};
