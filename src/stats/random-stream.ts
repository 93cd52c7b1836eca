import {hash} from 'node:crypto';

const rotateLeft = (word: number, bits: number) => (word << bits) | (word >>> (32 - bits));

/** At least one of the four words must not be zero. */
export type RandomState = readonly [number, number, number, number];

/**
 * xoshiro128++ 1.0 of Blackman and Vigna (https://prng.di.unimi.it/xoshiro128plusplus.c). Resampling draws millions of numbers at
 * a time: `fillBelow` keeps the state in registers.
 */
export class RandomStream {
  readonly #state: Int32Array;
  readonly #one = new Uint32Array(1);

  constructor(state: RandomState) {
    this.#state = Int32Array.from(state);
  }

  /** Fills `into` with numbers that are uniform in [0, count); a whole-number array keeps their whole part. */
  fillBelow(into: Float64Array | Uint32Array, count: number): void {
    const state = this.#state;
    let s0 = state[0] as number;
    let s1 = state[1] as number;
    let s2 = state[2] as number;
    let s3 = state[3] as number;
    const step = count * 2 ** -32;
    for (let at = 0; at < into.length; at += 1) {
      into[at] = ((rotateLeft((s0 + s3) | 0, 7) + s0) >>> 0) * step;
      const shifted = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= shifted;
      s3 = rotateLeft(s3, 11);
    }
    state[0] = s0;
    state[1] = s1;
    state[2] = s2;
    state[3] = s3;
  }

  /** The next unsigned 32-bit number. */
  next(): number {
    this.fillBelow(this.#one, 2 ** 32);
    return this.#one[0] as number;
  }

  /** Uniform in [0, 1), in steps of 2^-32. */
  uniform(): number {
    return this.next() * 2 ** -32;
  }
}

/**
 * The stream of one purpose: `randomStream(seed, 'pairs', 'ttftP99Ms', 3)`. Its state is the SHA-256 of the words, so streams that
 * differ in any of them are independent of each other.
 */
export const randomStream = (...words: readonly (string | number)[]): RandomStream => {
  const state = hash('sha256', JSON.stringify(words), 'buffer');
  return new RandomStream([state.readInt32LE(0), state.readInt32LE(4), state.readInt32LE(8), state.readInt32LE(12)]);
};
