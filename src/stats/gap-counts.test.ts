import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {GapCounts} from './gap-counts.ts';
import {eachTokenGap, tokenGapsMs} from './latency.ts';
import {percentile, summarise} from './percentile.ts';
import {chatSample} from './test-samples.ts';

const counted = (gaps: readonly (readonly [gapMs: number, tokens: number])[]) => {
  const counts = new GapCounts();
  for (const [gapMs, tokens] of gaps) counts.add(gapMs, tokens);
  return counts.summarise();
};

test('1000 gaps of 1 to 1000 ms, in any order', () => {
  const gaps = Array.from({length: 1000}, (_, index) => [((index * 7) % 1000) + 1, 1] as const);
  expect(counted(gaps)).toEqual({
    n: 1000,
    mean: 500.5,
    p50: 500.5,
    p90: expect.closeTo(900.1, 9),
    p95: expect.closeTo(950.05, 9),
    p99: expect.closeTo(990.01, 9),
    max: 1000,
  });
});

test('no gap has no distribution', () => {
  expect(counted([])).toBeNull();
});

test('the rounding of two stamps is taken off again: their gap is what the clock told', () => {
  expect(60.001 - 50.003).not.toBe(9.998);
  expect(counted([[60.001 - 50.003, 1]])).toMatchObject({n: 1, mean: 9.998, p50: 9.998, max: 9.998});
});

test('gaps of one length are counted beyond 2^32', () => {
  const [each, n] = [2 ** 31, 5 * 2 ** 31];
  expect(counted(Array.from({length: 5}, () => [each / 1000, each] as const))).toMatchObject({
    n,
    mean: 0.001,
    p50: 0.001,
  });
});

test('a gap that brought three tokens is three gaps of a third, also where that is no whole microsecond', () => {
  expect(
    counted([
      [0.009, 3],
      [0.01, 3],
    ]),
  ).toEqual({
    n: 6,
    mean: 0.019 / 6,
    p50: (0.003 + 0.01 / 3) / 2,
    p90: 0.01 / 3,
    p95: 0.01 / 3,
    p99: null,
    max: 0.01 / 3,
  });
});

test('gaps of a second and more, and gaps that no clock of ours tells, keep their value', () => {
  const odd = 1 / 7;
  const gaps = [3_600_000, odd, 1048.575, 1048.576, 0].map(gapMs => [gapMs, 1] as const);
  expect(counted(gaps)).toMatchObject({n: 5, p50: 1048.575, max: 3_600_000});
  expect(counted(gaps.slice(1, 2))).toMatchObject({n: 1, mean: odd, p50: odd, max: odd});
  expect(counted([[-2, 1]])).toMatchObject({n: 1, mean: -2, max: -2}); // a clock that ran backwards is not hidden
});

describe('it tells what the gaps one by one would', () => {
  const tokens = fc.integer({min: 0, max: 9});

  test('for stamps of whole microseconds to their last digit', () => {
    const event = fc.record({gapUs: fc.oneof(fc.nat(50_000), fc.nat(5_000_000)), tokens});
    fc.assert(
      fc.property(fc.nat(86_400_000_000), fc.array(event, {maxLength: 300}), (startUs, events) => {
        let atUs = startUs;
        const stampsUs = events.map(({gapUs}) => (atUs += gapUs));
        const sample = chatSample({
          tokenEventsMs: stampsUs.map(us => us / 1000),
          tokensPerEvent: events.map(each => each.tokens),
        });
        // In whole microseconds there is no rounding: the plain sum over the plain gaps.
        const inUs = chatSample({tokenEventsMs: stampsUs, tokensPerEvent: sample.tokensPerEvent});
        const gapsMs: number[] = [];
        let sumUs = 0;
        eachTokenGap(inUs, (gapUs, count) => {
          sumUs += gapUs;
          for (let token = 0; token < count; token += 1) gapsMs.push(gapUs / (1000 * count));
        });
        const sorted = Float64Array.from(gapsMs).sort();
        const counts = new GapCounts();
        eachTokenGap(sample, (gapMs, count) => counts.add(gapMs, count));
        expect(counts.summarise()).toEqual(
          sorted.length === 0
            ? null
            : {
                ...summarise(sorted),
                mean: sumUs / 1000 / sorted.length,
                p50: percentile(sorted, 0.5),
              },
        );
      }),
    );
  });

  test('for any stamps as closely as a subtraction can', () => {
    const stamps = fc.array(fc.double({min: 0, max: 1e6, noNaN: true}), {maxLength: 100});
    fc.assert(
      fc.property(stamps, fc.array(tokens, {minLength: 100, maxLength: 100}), (given, tokensPerEvent) => {
        const sample = chatSample({tokenEventsMs: given.toSorted((a, b) => a - b), tokensPerEvent});
        const counts = new GapCounts();
        eachTokenGap(sample, (gapMs, count) => counts.add(gapMs, count));
        const [exact, seen] = [summarise(tokenGapsMs(sample)), counts.summarise()];
        expect(seen?.n).toBe(exact?.n);
        for (const key of ['mean', 'p50', 'p90', 'p95', 'max'] as const)
          expect(seen?.[key] ?? 0).toBeCloseTo(exact?.[key] ?? 0, 5);
      }),
    );
  });
});
