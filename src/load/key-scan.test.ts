import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {KeyScan} from './key-scan.ts';

const scan = (pieces: readonly Buffer[], tailBytes = 20) => {
  const keys = new KeyScan('key', tailBytes);
  const shared = Buffer.alloc(4000, '"key":');
  for (const piece of pieces) {
    piece.copy(shared, 3);
    keys.feed(shared, 3, 3 + piece.length);
  }
  return keys;
};

describe.each([
  ['a key', '{"key":1}', 1],
  ['keys on every level', '{"key":[{"key":1},{"key":{"key":null}}]}', 4],
  ['a text that is called like it', '{"a":"key","b":["key","key"]}', 0],
  ['a text that quotes it', JSON.stringify({a: '{"key":1}', b: '"key":'}), 0],
  ['a key that ends like it', JSON.stringify({'"key': 1, xkey: 2}), 0],
  ['keys at both ends', '"key":"key":', 2],
])('%s', (_, text, count) => {
  const bytes = Buffer.from(text);

  test('is counted right, wherever it is cut', () => {
    expect(scan([bytes]).count).toBe(count);
    expect(scan([...bytes].map(byte => Buffer.of(byte))).count).toBe(count);
    for (let cut = 0; cut <= bytes.length; cut += 1)
      expect(scan([bytes.subarray(0, cut), bytes.subarray(cut)]).count).toBe(count);
  });
});

test('in any pieces as many keys are found as in the whole, and the last bytes are kept', () => {
  const part = fc.constantFrom('"key":', '\\"key":', '"key', '":', '"', '\\', 'x'.repeat(30), ' ');
  fc.assert(
    fc.property(fc.array(part, {maxLength: 20}), fc.array(fc.nat(), {maxLength: 12}), (parts, cuts) => {
      const text = parts.join('');
      const at = [0, ...cuts.map(cut => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
      const keys = scan(at.slice(1).map((end, index) => Buffer.from(text.slice(at[index], end))));
      expect(keys.count).toBe([...text.matchAll(/(?<!\\)"key":/g)].length);
      expect(keys.tail.toString()).toBe(text.slice(-20));
    }),
    {numRuns: 1000},
  );
});
