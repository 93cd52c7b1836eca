import {hash} from 'node:crypto';

/** Uniform in [0, 1), in steps of 2^-32. */
export type Random = () => number;

const rotateLeft = (word: number, bits: number) => (word << bits) | (word >>> (32 - bits));

/**
 * xoshiro128** 1.1 of Blackman and Vigna (https://prng.di.unimi.it/xoshiro128starstar.c): the next of its unsigned
 * 32-bit numbers at every call. At least one word of the state must not be zero.
 */
export const xoshiro128 = (state: readonly [number, number, number, number]): (() => number) => {
  let [s0, s1, s2, s3] = state;
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
    const shifted = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = rotateLeft(s3, 11);
    return result;
  };
};

/**
 * A stream of random numbers for one purpose: `seededRandom(7, 'arrivals')` and `seededRandom(7, 'prompts', 3)` are
 * independent of each other, so drawing more from one never changes the other. The state is the SHA-256 of seed and
 * labels, which also keeps neighbouring seeds apart.
 */
export const seededRandom = (seed: number, ...stream: readonly (string | number)[]): Random => {
  const state = hash('sha256', JSON.stringify([seed, ...stream]), 'buffer');
  const next = xoshiro128([
    state.readUInt32LE(0),
    state.readUInt32LE(4),
    state.readUInt32LE(8),
    state.readUInt32LE(12),
  ]);
  return () => next() / 2 ** 32;
};

/** A deviate of the standard normal distribution: Box and Muller's first one; the second is given away. */
export const normal = (random: Random): number =>
  // 1 - random() is in (0, 1]: its logarithm is finite.
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** One item, each as likely as the others. The list must not be empty. */
export const pick = <Item>(random: Random, items: readonly Item[]): Item =>
  items[Math.floor(random() * items.length)] as Item;

/** A copy in an order drawn from `random`: Fisher and Yates, in Durstenfeld's form. */
export const shuffled = <Item>(random: Random, items: readonly Item[]): Item[] => {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] as Item, order[last] as Item];
  }
  return order;
};
