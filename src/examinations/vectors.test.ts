import {describe, expect, test} from 'vitest';
import {cosine, norm} from './vectors.ts';

describe('cosine', () => {
  test('is what the angle says: 1, 0, -1, and 24/25 for (3, 4) and (4, 3)', () => {
    expect(cosine([2, 0], [5, 0])).toBe(1);
    expect(cosine([1, 0], [0, 1])).toBe(0);
    expect(cosine([1, 1], [-1, -1])).toBeCloseTo(-1, 15);
    expect(cosine([3, 4], [4, 3])).toBeCloseTo(24 / 25, 15);
  });

  test('has no value for a vector without a direction, and for two dimensions', () => {
    expect(cosine([0, 0], [1, 0])).toBeNaN();
    expect(cosine([1, 0], [1, 0, 0])).toBeNaN();
  });
});

test('norm is the length: 5 for (3, 4)', () => {
  expect(norm([3, 4])).toBe(5);
});
