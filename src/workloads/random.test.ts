import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {pick, seededRandom, shuffled, xoshiro128} from './random.ts';

const take = <Value>(count: number, next: () => Value) => Array.from({length: count}, next);

describe('xoshiro128', () => {
  test("gives what Blackman and Vigna's C program gives from the state 1, 2, 3, 4", () => {
    const expected = [
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ];
    expect(take(10, xoshiro128([1, 2, 3, 4]))).toEqual(expected);
  });

  test('gives what the C program gives from words with the top bit set', () => {
    const expected = [6336, 3132620587, 1159357836, 811105913, 2554611025, 790825146];
    expect(take(6, xoshiro128([0xdeadbeef, 0x80000001, 0xffffffff, 7]))).toEqual(expected);
  });
});

describe('seededRandom', () => {
  test('gives what a Python program gives that follows its description', () => {
    const expected = [0.49491333472542465, 0.629633754491806, 0.22910755360499024];
    expect(take(3, seededRandom(1, 'chat', 0))).toEqual(expected);
  });

  test('two streams of one seed, and one stream of two seeds, are different', () => {
    const streams = [
      seededRandom(1),
      seededRandom(2),
      seededRandom(1, 'a'),
      seededRandom(1, 'a', 0),
      seededRandom(1, 'a0'),
    ];
    expect(new Set(streams.map(random => take(4, random).join())).size).toBe(5);
  });

  test('numbers lie in [0, 1) and fill it evenly', () => {
    const numbers = take(100_000, seededRandom(3));
    expect(Math.min(...numbers.slice(0, 50_000))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers.slice(0, 50_000))).toBeLessThan(1);
    const tenths = Array.from({length: 10}, (_, tenth) => numbers.filter(n => Math.floor(n * 10) === tenth).length);
    // Each tenth is binomial(100 000, 0.1): mean 10 000, standard deviation 95.
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(5 * 95);
  });
});

test('shuffled keeps every item and leaves its argument alone', () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.integer()), (seed, items) => {
      const before = [...items];
      expect(shuffled(seededRandom(seed), items).sort((a, b) => a - b)).toEqual([...items].sort((a, b) => a - b));
      expect(items).toEqual(before);
    }),
  );
});

test('shuffled gives each of the six orders of three items equally often', () => {
  const random = seededRandom(5);
  const counts = new Map<string, number>();
  for (let draw = 0; draw < 6000; draw += 1) {
    const order = shuffled(random, ['a', 'b', 'c']).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  // Each order is binomial(6000, 1/6): mean 1000, standard deviation 29.
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(5 * 29);
});

test('pick reaches the first and the last item', () => {
  const random = seededRandom(6);
  expect(new Set(take(100, () => pick(random, [1, 2, 3])))).toEqual(new Set([1, 2, 3]));
});
