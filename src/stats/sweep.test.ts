import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {SweepSpec} from '../schema/suite.ts';
import {nextLevel, type SeenLevel, type SweepStep} from './sweep.ts';

type Over<Kind extends SweepSpec['over']> = Extract<SweepSpec, {over: Kind}>;
type End = Extract<SweepStep, {stopped: string}>;

const concurrency = (changes: Partial<Over<'concurrency'>> = {}): Over<'concurrency'> => ({
  over: 'concurrency',
  from: 1,
  to: 256,
  gainShare: 0.05,
  requestsPerSlot: 8,
  ...changes,
});
const rate = (changes: Partial<Over<'rate'>> = {}): Over<'rate'> => ({
  over: 'rate',
  from: 1,
  to: 1024,
  slo: {ttftP99Ms: 500, tpotP99Ms: 50, e2eP99Ms: null},
  resolution: 0.05,
  secondsPerLevel: 30,
  ...changes,
});

const fine = {failedShare: 0, goodShare: null, void: null};

/** Sweeps something that answers `measure` at every level; a sweep that does not end fails the test. */
const swept = (spec: SweepSpec, measure: (level: number) => Partial<SeenLevel>) => {
  const seen: SeenLevel[] = [];
  for (let rounds = 0; rounds < 200; rounds += 1) {
    const step = nextLevel(spec, seen);
    if (!('level' in step)) return {...step, levels: seen.map(({level}) => level)};
    const {level} = step;
    seen.push({...fine, throughput: null, level, ...measure(level)});
  }
  throw new Error('it does not end');
};

/** All requests are good up to the true rate, and none beyond it. */
const sharpAt =
  (truth: number) =>
  (level: number): Partial<SeenLevel> => ({throughput: level, goodShare: level <= truth ? 1 : 0.5});

describe('over concurrency', () => {
  test('the knee is the level before the doubling that brings too little', () => {
    const {found, stopped, levels} = swept(concurrency(), level => ({throughput: 100 * Math.min(level, 8)}));
    expect(levels).toEqual([1, 2, 4, 8, 16]);
    expect(found).toEqual({level: 8, throughput: 800});
    expect(stopped).toBe('16 instead of 8 in flight brought +0.0 % (less than 5.0 %)');
  });

  test('a peak with a decline after it is the knee', () => {
    const {found} = swept(concurrency(), level => ({throughput: level <= 32 ? level : 32 - level / 8}));
    expect(found).toEqual({level: 32, throughput: 32});
  });

  test('the last step is cut at the highest level, and so is the gain that it must bring', () => {
    const linear = swept(concurrency({to: 6}), level => ({throughput: level}));
    expect(linear).toMatchObject({levels: [1, 2, 4, 6], found: null});
    expect(linear.stopped).toBe('the throughput still rose at 6 in flight, the highest level');
    const single = swept(concurrency({from: 6, to: 6}), level => ({throughput: level}));
    expect(single).toMatchObject({levels: [6], found: null, stopped: 'only one level was measured, at 6 in flight'});
    // 3 % for a step of 4 to 5, of which log2(5 / 4) · 5 % = 1.6 % is asked.
    expect(swept(concurrency({from: 4, to: 5}), level => ({throughput: level === 4 ? 100 : 103})).found).toBeNull();
  });

  test.each<[string, Partial<SeenLevel>, string]>([
    ['errors', {failedShare: 0.02}, '2.0 % of the requests failed at 4 in flight (limit 1.0 %)'],
    ['a void trial', {void: 'client-lag'}, 'the trial at 4 in flight is void (client-lag)'],
    ['a trial without throughput', {throughput: null}, 'the trial at 4 in flight is void (no throughput)'],
  ])('%s ends it, and nothing is found', (_, at4, stopped) => {
    const end = swept(concurrency(), level => ({throughput: level, ...(level === 4 ? at4 : {})}));
    expect(end).toEqual({levels: [1, 2, 4], found: null, stopped});
  });

  test('always ends after as many levels as there are doublings, at a level that was measured', () => {
    const shape = fc.record({
      serial: fc.double({min: 0.001, max: 1, noNaN: true}),
      noise: fc.array(fc.double({min: 0.8, max: 1.2, noNaN: true}), {minLength: 20, maxLength: 20}),
      from: fc.integer({min: 1, max: 50}),
      to: fc.integer({min: 50, max: 5000}),
      gainShare: fc.double({min: 0.01, max: 1, noNaN: true}),
    });
    fc.assert(
      fc.property(shape, ({serial, noise, from, to, gainShare}) => {
        let next = 0;
        // Amdahl: the part that is serial is the limit.
        const throughput = (level: number) => (noise[next++ % 20] ?? 1) / (serial + (1 - serial) / level);
        const {found, levels} = swept(concurrency({from, to, gainShare}), level => ({throughput: throughput(level)}));
        expect(levels.length).toBeLessThanOrEqual(Math.ceil(Math.log2(to / from)) + 1);
        expect(Math.max(...levels)).toBeLessThanOrEqual(to);
        if (found !== null) expect(levels.at(-2)).toBe(found.level);
      }),
    );
  });

  test('without noise the knee is where Amdahl has it', () => {
    fc.assert(
      fc.property(fc.double({min: 0.005, max: 1, noNaN: true}), serial => {
        const throughput = (level: number) => 1 / (serial + (1 - serial) / level);
        const {found} = swept(concurrency({to: 2 ** 20}), level => ({throughput: throughput(level)}));
        const level = found?.level ?? Number.NaN;
        expect(throughput(2 * level) / throughput(level)).toBeLessThan(1.05);
        if (level > 1) expect(throughput(level) / throughput(level / 2)).toBeGreaterThanOrEqual(1.05);
      }),
    );
  });
});

describe('over rate', () => {
  test('doubles until the SLO is missed, then halves the gap', () => {
    const {found, stopped, levels} = swept(rate({resolution: 0.1}), sharpAt(11));
    expect(levels).toEqual([1, 2, 4, 8, 16, 12, 10, 11]);
    expect(found).toEqual({level: 11, throughput: 11});
    expect(stopped).toBe(
      'the SLO was met at 11/s (100.0 % of the requests good) and missed at 12/s (50.0 % of the requests good)',
    );
  });

  test('99 good requests of 100 meet it, and fewer do not', () => {
    const end = swept(rate({from: 8, to: 16}), level => ({throughput: level, goodShare: level < 16 ? 0.99 : 0.9899}));
    expect(end.found?.level).toBeGreaterThan(8);
    expect(end.found?.level).toBeLessThan(16);
  });

  test('a level that fails has missed it; one that is void ends it with what was found so far', () => {
    const failing = swept(rate(), level => ({
      throughput: level,
      goodShare: level > 4 ? 0 : 1,
      failedShare: level > 4 ? 1 : 0,
    }));
    expect(failing.found?.level).toBe(4);
    const end = swept(rate(), level => ({throughput: level, goodShare: 1, void: level === 8 ? 'client-lag' : null}));
    expect(end).toEqual({
      levels: [1, 2, 4, 8],
      found: {level: 4, throughput: 4},
      stopped: 'the trial at 8/s is void (client-lag)',
    });
  });

  test('missed at the lowest rate: nothing is found; met at the highest: that one is', () => {
    expect(swept(rate(), () => ({throughput: 0, goodShare: 0}))).toMatchObject({levels: [1], found: null});
    const met = swept(rate({to: 6}), sharpAt(100));
    expect(met).toMatchObject({levels: [1, 2, 4, 6], found: {level: 6}});
    expect(met.stopped).toContain('met at the highest rate to try');
  });

  test('finds the true rate within its resolution, in a bounded number of levels', () => {
    const shape = fc.record({
      truth: fc.double({min: 1, max: 1023, noNaN: true}),
      resolution: fc.double({min: 0.005, max: 0.5, noNaN: true}),
    });
    fc.assert(
      fc.property(shape, ({truth, resolution}) => {
        const {found, levels} = swept(rate({resolution}), sharpAt(truth));
        const level = found?.level ?? Number.NaN;
        expect(level).toBeLessThanOrEqual(truth);
        // Levels have four digits.
        expect(truth - level).toBeLessThanOrEqual(resolution * level + 0.001 * truth);
        expect(levels.length).toBeLessThanOrEqual(11 + Math.ceil(Math.log2(1 / resolution)) + 1);
        expect(new Set(levels).size).toBe(levels.length);
      }),
    );
  });

  test('ends as soon with an SLO that is met by chance', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), {minLength: 40, maxLength: 40}), luck => {
        let next = 0;
        const end: End & {levels: number[]} = swept(rate(), level => ({
          throughput: level,
          goodShare: luck[next++ % 40] === true ? 1 : 0,
        }));
        expect(end.levels.length).toBeLessThanOrEqual(18);
        if (end.found !== null) expect(end.levels).toContain(end.found.level);
      }),
    );
  });
});
