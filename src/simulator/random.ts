// FNV-1a alone leaves the low bits a function of the input's low bits; murmur3's last step spreads them.
const spread = (hash: number): number => {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
};

/** 32 bits over UTF-16 code units, the same on every machine. */
export const hashText = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return spread(hash);
};

/** 32 bits over 32-bit integers. */
export const hashNumbers = (numbers: readonly number[], seed: number): number => {
  let hash = spread(seed);
  for (const number of numbers) hash = Math.imul(hash ^ number, 0x01000193);
  return spread(hash);
};

/** Uniform in [0, 1). */
export type Random = () => number;

/** mulberry32: small, quick and good enough for jitter and words. */
export const seededRandom = (seed: number): Random => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** A factor with mean 1 whose logarithm has the standard deviation `sigma`. */
export const lognormalFactor = (random: Random, sigma: number): number => {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()); // Box-Muller
  return Math.exp(sigma * normal - sigma ** 2 / 2);
};
