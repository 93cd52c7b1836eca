import {expect, test} from 'vitest';
import {RandomStream, randomStream} from './random-stream.ts';

test('is xoshiro128++: the first numbers of the reference implementation', () => {
  const stream = new RandomStream([1, 2, 3, 4]);
  // rand_xoshiro 0.7, src/xoshiro128plusplus.rs, made by the authors' C code.
  expect(Array.from({length: 10}, () => stream.next())).toEqual([
    641, 1573767, 3222811527, 3517856514, 836907274, 4247214768, 3867114732, 1355841295, 495546011, 621204420,
  ]);
});

test('a room is filled with the same numbers that come one by one, as parts of the count', () => {
  const [one, many] = [new RandomStream([1, 2, 3, 4]), new RandomStream([1, 2, 3, 4])];
  const [parts, wholes] = [new Float64Array(500), new Uint32Array(500)];
  many.fillBelow(parts, 7);
  expect([...parts]).toEqual(Array.from({length: 500}, () => one.uniform() * 7));
  new RandomStream([1, 2, 3, 4]).fillBelow(wholes, 7);
  expect([...wholes]).toEqual(Array.from(parts, Math.floor));
  expect(new Set(wholes)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
});

test('words that differ give streams that differ, and the same words the same one', () => {
  const first = (...words: readonly (string | number)[]) => randomStream(...words).next();
  expect(first(7, 'pairs', 1)).toBe(first(7, 'pairs', 1));
  expect(new Set([first(7, 'pairs', 1), first(7, 'pairs', 2), first(8, 'pairs', 1), first(7, 'pairs1')]).size).toBe(4);
});
