import fc from 'fast-check';
import {expect, test} from 'vitest';
import {hasMoreValues} from './json-values.ts';

/** As the function counts them: each comma, each list and each object. */
const counted = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 0;
  const inside = Object.values(value);
  return 1 + Math.max(0, inside.length - 1) + inside.reduce((sum: number, one) => sum + counted(one), 0);
};

test('a JSON text has more values than one fewer than it has, and no more than it has, whatever its texts say', () => {
  fc.assert(
    fc.property(fc.jsonValue({maxDepth: 4}), fc.string(), (value, said) => {
      const whole = {value, said, syntax: '[{,"\\\\'};
      const bytes = Buffer.from(JSON.stringify(whole));
      const count = counted(whole);
      expect(hasMoreValues(bytes, count)).toBe(false);
      expect(hasMoreValues(bytes, count - 1)).toBe(true);
    }),
  );
});
