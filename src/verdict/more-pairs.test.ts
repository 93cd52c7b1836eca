import {expect, test} from 'vitest';
import {morePairs} from './more-pairs.ts';
import {pairsAt} from './test-costs.ts';

const looks = [
  {look: 1, pairs: 6, alpha: 0.03},
  {look: 2, pairs: 8, alpha: 0.03},
  {look: 3, pairs: 12, alpha: 0.025},
];
const spread = pairsAt(-0.1, 0.1, -0.1, 0.1, -0.1, 0.1);

test('fewer than two pairs lack those of the first look', () => {
  expect(morePairs({pairs: pairsAt(0.1), looks, margin: 0.1})).toBe(5);
});

test('the smallest number at which bound and power fit between mean and margin, up to the next look', () => {
  // sd 0.10954; n = 9: (2.306 + 0.8416) · 0.10954 ÷ 3 = 0.1149; n = 8: (2.365 + 0.8416) · 0.10954 ÷ 2.828 = 0.1242.
  expect(morePairs({pairs: spread, looks, margin: 0.12})).toBe(6);
  // n = 7: (2.447 + 0.8416) · 0.10954 ÷ 2.646 = 0.1362, and the next look is at 8.
  expect(morePairs({pairs: spread, looks, margin: 0.137})).toBe(2);
});

test('beyond the last look it is the number itself', () => {
  // n = 32: (2.040 + 0.8416) · 0.10954 ÷ 5.657 = 0.05579; n = 31: (2.042 + 0.8416) · 0.10954 ÷ 5.568 = 0.05673.
  expect(morePairs({pairs: spread, looks, margin: 0.056})).toBe(26);
});

test('nothing is told where more than 1000 would be needed', () => {
  expect(morePairs({pairs: spread, looks, margin: 0.0001})).toBeNull();
});
