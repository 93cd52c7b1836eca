type Vector = readonly number[];

const dot = (a: Vector, b: Vector) => a.reduce((sum, value, place) => sum + value * (b[place] ?? 0), 0);

export const norm = (vector: Vector): number => Math.sqrt(dot(vector, vector));

/** NaN where one of them is all zeros. */
export const cosine = (a: Vector, b: Vector): number => dot(a, b) / (norm(a) * norm(b));

/** The largest difference between two numbers at one place; infinite where one vector is longer. */
export const maxDifference = (a: Vector, b: Vector): number =>
  a.length === b.length
    ? a.reduce((most, value, place) => Math.max(most, Math.abs(value - (b[place] as number))), 0)
    : Number.POSITIVE_INFINITY;
