import fc from 'fast-check';
import {expect, test} from 'vitest';
import {PrefixFilter} from './prefix-filter.ts';

test('a list has in common what the longest of those before it begins with', () => {
  const ids = fc.array(fc.oneof(fc.nat(2), fc.constantFrom('1', 'a'), fc.constant(2 ** 40)), {maxLength: 6});
  fc.assert(
    fc.property(fc.array(ids, {maxLength: 20}), lists => {
      const filter = new PrefixFilter(1000);
      const beginnings = new Set<string>();
      for (const list of lists) {
        const keys = list.map((_, last) => JSON.stringify(list.slice(0, last + 1)));
        const unknown = keys.findIndex(key => !beginnings.has(key));
        expect(filter.add(list)).toBe(unknown < 0 ? list.length : unknown);
        for (const key of keys) beginnings.add(key);
      }
    }),
  );
});

test('a hundred thousand new beginnings are hardly ever taken for known ones', () => {
  const filter = new PrefixFilter(6250);
  let known = 0;
  for (let id = 0; id < 100_000; id += 16) known += filter.add(Array.from({length: 16}, (_, place) => id + place));
  expect(known).toBeLessThan(20);
});
