import {expect, test} from 'vitest';
import {longerOf, nearest} from './nearest.ts';

test('one missing letter is forgiven', () => {
  expect(nearest('concurency', ['rate', 'concurrency', 'seed'])).toBe('concurrency');
});

test('two neighbours swapped count as one slip', () => {
  expect(nearest('raet', ['rate', 'seed'])).toBe('rate');
});

test('a word that resembles nothing gets no suggestion', () => {
  expect(nearest('gpu', ['concurrency', 'engine'])).toBeNull();
});

test('a word is the end of longer ones, from a dash on', () => {
  const flags = ['--shard-node-selector', '--baseline-attach', '--candidate-attach', '--output'];
  expect(longerOf('--node-selector', flags)).toEqual(['--shard-node-selector']);
  expect(longerOf('--attach', flags)).toEqual(['--baseline-attach', '--candidate-attach']);
  expect(longerOf('--put', flags)).toEqual([]);
});
