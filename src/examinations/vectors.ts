/** Numbers of one vector. Sums are in double precision, so that what is small here is small in the vectors. */
export type Vector = ArrayLike<number>;

export const dot = (a: Vector, b: Vector): number => {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
};

/** Euclidean. */
export const norm = (vector: Vector): number => Math.sqrt(dot(vector, vector));

/** -1…1; NaN where it has no meaning: a vector of zeros, or two dimensions. */
export const cosine = (a: Vector, b: Vector): number => {
  const lengths = norm(a) * norm(b);
  if (a.length !== b.length || !(lengths > 0)) return Number.NaN;
  return Math.max(-1, Math.min(1, dot(a, b) / lengths));
};
