import type {SweepSpec} from '../schema/suite.ts';
import type {Sweep} from '../schema/sweep.ts';
import {percentText} from './gate.ts';
import {limits} from './limits.ts';
import {sloShare} from './slo.ts';

/** What a level came to, as far as it decides about the next one. */
export interface SeenLevel {
  /** Requests in flight, or requests a second. */
  readonly level: number;
  /** Over concurrency the throughput; over rate the requests a second that met the SLO. */
  readonly throughput: number | null;
  /** Of all requests. */
  readonly failedShare: number;
  /** Of all requests; null where nothing was sent. */
  readonly goodShare: number | null;
  /** The first reason why the level's numbers must not be used, other than its errors; null where there is none. */
  readonly void: string | null;
}

/** The next level to measure, or the end. */
export type SweepStep = {readonly level: number} | Pick<Sweep, 'found' | 'stopped'>;

type Over<Kind extends SweepSpec['over']> = Extract<SweepSpec, {over: Kind}>;

const foundAt = (seen: SeenLevel | undefined): Sweep['found'] =>
  seen === undefined || seen.throughput === null ? null : {level: seen.level, throughput: seen.throughput};

/** Levels that are twice as high as the one before, the last one cut at `to`. */
const doubled = ({level}: SeenLevel, {to}: SweepSpec): number => Math.min(2 * level, to);

/**
 * Over concurrency: doubles until a doubling brings less than `gainShare` more throughput, in log steps where the last
 * one is cut at `to`; the knee is the level before. What a level is void for, or fails by, ends the sweep at the one before,
 * and finds nothing: there the throughput still rose.
 */
const nextConcurrency = (spec: Over<'concurrency'>, seen: readonly SeenLevel[]): SweepStep => {
  const [last, before] = [seen.at(-1), seen.at(-2)];
  if (last === undefined) return {level: spec.from};
  const at = `at ${last.level} in flight`;
  if (last.failedShare > limits.failureShare)
    return {
      found: null,
      stopped: `${percentText(last.failedShare)} of the requests failed ${at} (limit ${percentText(limits.failureShare)})`,
    };
  if (last.void !== null || last.throughput === null)
    return {found: null, stopped: `the trial ${at} is void (${last.void ?? 'no throughput'})`};
  if (before !== undefined && before.throughput !== null) {
    const gain = last.throughput / before.throughput - 1;
    const asked = spec.gainShare * Math.log2(last.level / before.level);
    if (gain < asked)
      return {
        found: foundAt(before),
        stopped: `${last.level} instead of ${before.level} in flight brought ${signed(gain)} (less than ${percentText(asked)})`,
      };
  }
  if (last.level >= spec.to)
    return {
      found: null,
      stopped:
        before === undefined
          ? `only one level was measured, ${at}`
          : `the throughput still rose ${at}, the highest level`,
    };
  return {level: doubled(last, spec)};
};

const signed = (share: number) => `${share < 0 ? '−' : '+'}${percentText(Math.abs(share))}`;

/** So that levels can be read and typed again; fine enough for any resolution that ends in some minutes. */
const rounded = (rate: number): number => Number(rate.toPrecision(4));

const missed = ({goodShare}: SeenLevel): boolean => (goodShare ?? 0) < sloShare;

/**
 * Over rate: doubles until the SLO is missed, then halves the gap between the highest rate that met it and the lowest that
 * missed it until it is within `resolution` of the former. A level that fails has missed it; one that is void for another
 * reason ends the sweep.
 */
const nextRate = (spec: Over<'rate'>, seen: readonly SeenLevel[]): SweepStep => {
  const last = seen.at(-1);
  if (last === undefined) return {level: spec.from};
  const byLevel = seen.filter(level => level.void === null).toSorted((a, b) => a.level - b.level);
  const worst = byLevel.find(missed);
  const best = byLevel.filter(level => !missed(level) && (worst === undefined || level.level < worst.level)).at(-1);
  const text = ({level, goodShare}: SeenLevel) => `${level}/s (${percentText(goodShare ?? 0)} of the requests good)`;
  if (last.void !== null) return {found: foundAt(best), stopped: `the trial at ${last.level}/s is void (${last.void})`};
  if (best === undefined) return {found: null, stopped: `the SLO was missed at the lowest rate, ${text(last)}`};
  if (worst === undefined) {
    if (last.level >= spec.to)
      return {found: foundAt(best), stopped: `the SLO was met at the highest rate to try, ${text(last)}`};
    return {level: doubled(last, spec)};
  }
  const middle = rounded((best.level + worst.level) / 2);
  const close = worst.level - best.level <= spec.resolution * best.level;
  if (close || middle <= best.level || middle >= worst.level)
    return {found: foundAt(best), stopped: `the SLO was met at ${text(best)} and missed at ${text(worst)}`};
  return {level: middle};
};

/** What comes after the levels that were measured, in their order. It always ends, at the latest at `to` and `resolution`. */
export const nextLevel = (spec: SweepSpec, seen: readonly SeenLevel[]): SweepStep =>
  spec.over === 'concurrency' ? nextConcurrency(spec, seen) : nextRate(spec, seen);
