import {describe, expect, test} from 'vitest';
import {neighbours} from './neighbours.ts';

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
