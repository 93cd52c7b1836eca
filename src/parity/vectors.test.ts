import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {vectorOf, vectorText} from './reply.ts';
import {cosine, neighbours, norm} from './vectors.ts';

describe('cosine', () => {
  test('is what the angle says: 1, 0, -1, and 24/25 for (3, 4) and (4, 3)', () => {
    expect(cosine([2, 0], [5, 0])).toBe(1);
    expect(cosine([1, 0], [0, 1])).toBe(0);
    expect(cosine([1, 1], [-1, -1])).toBeCloseTo(-1, 15);
    expect(cosine([3, 4], [4, 3])).toBeCloseTo(24 / 25, 15);
  });

  test('has no value for a vector without a direction, and for two dimensions', () => {
    expect(cosine([0, 0], [1, 0])).toBeNull();
    expect(cosine([1, 0], [1, 0, 0])).toBeNull();
  });
});

test('norm is the length: 5 for (3, 4)', () => {
  expect(norm([3, 4])).toBe(5);
});

describe('neighbours', () => {
  test('are the nearest by direction, nearest first, without the vector itself', () => {
    const found = neighbours(
      [
        [1, 0],
        [10, 1],
        [0, 1],
        [1, 1],
      ],
      2,
    );
    expect(found).toEqual([
      [1, 3],
      [0, 3],
      [3, 1],
      [1, 0],
    ]);
  });

  test('leave out what has no direction', () => {
    expect(
      neighbours(
        [
          [1, 0],
          [0, 0],
          [1, 1],
        ],
        2,
      ),
    ).toEqual([[2], [], [0]]);
  });
});

test('a float32 vector comes back from its text bit by bit', () => {
  fc.assert(
    fc.property(fc.float32Array({noNaN: true}), vector => {
      expect(vectorOf(vectorText(vector))).toEqual(vector);
    }),
  );
});
