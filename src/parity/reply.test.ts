import fc from 'fast-check';
import {expect, test} from 'vitest';
import {vectorOf, vectorText} from './reply.ts';

test('a float32 vector comes back from its text bit by bit', () => {
  fc.assert(
    fc.property(fc.float32Array({noNaN: true}), vector => {
      expect(vectorOf(vectorText(vector))).toEqual(vector);
    }),
  );
});
