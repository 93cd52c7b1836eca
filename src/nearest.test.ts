import {expect, test} from 'vitest';
import {nearest} from './nearest.ts';

test('one missing letter is forgiven', () => {
  expect(nearest('concurency', ['rate', 'concurrency', 'seed'])).toBe('concurrency');
});

test('two neighbours swapped count as one slip', () => {
  expect(nearest('raet', ['rate', 'seed'])).toBe('rate');
});

test('a word that resembles nothing gets no suggestion', () => {
  expect(nearest('gpu', ['concurrency', 'engine'])).toBeNull();
});
