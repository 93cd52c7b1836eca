import {hashNumbers} from './random.ts';

export const embeddingDimensions = 768;

/**
 * A unit vector of float32 values, by feature hashing: every token adds ±1 in eight dimensions, so texts that share words are near
 * each other and the cost stays small beside the time that is simulated.
 */
export const embed = (tokens: readonly number[]): Float32Array => {
  const sums = new Float64Array(embeddingDimensions);
  for (const token of tokens) {
    for (let feature = 0; feature < 8; feature++) {
      const hash = hashNumbers([token, feature], 0x5bd1e995);
      const at = (hash >>> 1) % embeddingDimensions;
      sums[at] = (sums[at] ?? 0) + (hash & 1 ? 1 : -1);
    }
  }
  const norm = Math.hypot(...sums) || 1; // of no tokens there is no direction
  return Float32Array.from(sums, sum => sum / norm);
};

/** The first `dimensions` numbers, as a unit vector again. */
export const cutTo = (vector: Float32Array, dimensions: number): Float32Array => {
  if (dimensions >= vector.length) return vector;
  const first = vector.subarray(0, dimensions);
  const norm = Math.hypot(...first);
  return norm === 0 ? first : first.map(value => value / norm);
};

const cosine = (left: Float32Array, right: Float32Array): number =>
  left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0);

/** The cross-encoder's raw score: about -6 for texts with nothing in common, 6 for equal ones. */
export const relevanceLogit = (query: readonly number[], document: readonly number[]): number =>
  Math.fround(12 * cosine(embed(query), embed(document)) - 6);

export const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));
