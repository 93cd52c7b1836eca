import {expect, test} from 'vitest';
import {length} from './length-value.ts';
import {Mistake} from './option-values.ts';
import {lengthSpec} from './schema/length.ts';

const read = length({min: 16, max: 100_000, flag: '--prompt-tokens'});

test.each([
  ['512', 512],
  ['uniform:128-1024', {draw: 'uniform', min: 128, max: 1024}],
  ['uniform:16-16', {draw: 'uniform', min: 16, max: 16}],
  ['lognormal:512,0.6,8192', {draw: 'lognormal', median: 512, sigma: 0.6, max: 8192}],
  // 512 e^(4 × 0.6) = 5643.9
  ['lognormal:512,0.6', {draw: 'lognormal', median: 512, sigma: 0.6, max: 5644}],
  ['lognormal:50000,.9', {draw: 'lognormal', median: 50_000, sigma: 0.9, max: 100_000}],
])('%s is a length that a suite may have', (text, expected) => {
  expect(read(text)).toEqual(expected);
  expect(lengthSpec.safeParse(read(text)).error).toBeUndefined();
});

test('a file is named and not yet read', () => {
  expect(read('@data/lengths.csv')).toEqual({path: 'data/lengths.csv'});
});

test.each([
  '',
  '@',
  '15',
  '100001',
  '-5',
  '5e3',
  'uniform:1024-128',
  'uniform:8-128',
  'uniform:128',
  'normal:512,0.6',
  'lognormal:512',
  'lognormal:512,0',
  'lognormal:512,11',
  'lognormal:512,0.6,100',
  'lognormal:512,0.6,200000',
])('%j is refused with an example', text => {
  expect(() => read(text)).toThrow(Mistake);
  try {
    read(text);
  } catch (thrown) {
    expect((thrown as Mistake).fix).toContain('--prompt-tokens 512, uniform:128-1024');
  }
});
