import {dot, norm, type Vector} from '../examinations/vectors.ts';

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
