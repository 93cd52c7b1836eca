import {describe, expect, test} from 'vitest';
import {decimals, figure, notesOf, ourStatistic} from './figure.ts';

const compared = (printed: number | null, ours: number | string | null, why: readonly (string | false)[] = []) =>
  figure('f', decimals(2), [printed], {ours: [ours], why});

describe('the note of a figure', () => {
  test('is there when it differs as printed, and only then', () => {
    expect(compared(100, 110, ['role chunk', false, 'send']).why).toBe('role chunk; send');
    expect(compared(100, 100.001, ['role chunk']).why).toBe('');
  });

  test('says what the figure is where we have none', () => {
    expect(compared(100, null, ['chunks, not tokens'])).toEqual({
      name: 'f',
      printed: ['100.00'],
      ours: [''],
      why: 'chunks, not tokens',
    });
  });

  test('never leaves a difference without a word', () => {
    const few = ourStatistic({n: 3, mean: 1, p50: 1, p90: 1, p95: 1, p99: null, max: 1}, 'p99');
    expect(compared(100, few)).toMatchObject({ours: ['n < 662'], why: 'too few to certify a P99'});
    expect(compared(100.05, 100).why).toBe('rounding, or a token that had no text');
    expect(compared(102, 100).why).toBe('not explained by the samples');
  });

  test('is not repeated where it stands right above', () => {
    const figures = [
      compared(1, 2, ['a']),
      compared(3, 4, ['a']),
      compared(5, 6, ['b']),
      compared(7, 7),
      compared(8, 8),
    ];
    expect(notesOf(figures)).toEqual(['a', '″', 'b', '', '']);
  });
});

test('what cannot be told is a question mark, never a number', () => {
  expect(compared(null, null).printed).toEqual(['?']);
  expect(ourStatistic(null, 'mean')).toBeNull();
});

test('what is not finite is written as Python writes it', () => {
  expect([Number.POSITIVE_INFINITY, Number.NaN, 1].map(decimals(1))).toEqual(['inf', 'nan', '1.0']);
});
