/** Numbers of one vector. Sums are in double precision, so that what is small here is small in the vectors. */
type Vector = ArrayLike<number>;

const dot = (a: Vector, b: Vector): number => {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
};

/** Euclidean. */
export const norm = (vector: Vector): number => Math.sqrt(dot(vector, vector));

/** -1…1; null where it has no meaning: a vector of zeros, or two dimensions. */
export const cosine = (a: Vector, b: Vector): number | null => {
  const lengths = norm(a) * norm(b);
  if (a.length !== b.length || !(lengths > 0)) return null;
  return Math.max(-1, Math.min(1, dot(a, b) / lengths));
};

/**
 * For each vector the indexes of the `count` others that are nearest to it by cosine, nearest first; ties go to the lower
 * index. Vectors without a direction are nobody's neighbours.
 */
export const neighbours = (vectors: readonly Vector[], count: number): readonly (readonly number[])[] => {
  const units = vectors.map(vector => {
    const length = norm(vector);
    return Float64Array.from(vector, value => value / length);
  });
  return units.map((unit, at) =>
    units
      .map((other, index) => ({index, similarity: dot(unit, other)}))
      .filter(({index, similarity}) => index !== at && Number.isFinite(similarity))
      .sort((a, b) => b.similarity - a.similarity || a.index - b.index)
      .slice(0, count)
      .map(({index}) => index),
  );
};
