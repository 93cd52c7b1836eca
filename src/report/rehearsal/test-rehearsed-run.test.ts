import {describe, expect, test} from 'vitest';
import {rehearsal as rehearsalSchema} from '../../schema/rehearsal.ts';
import {rehearsalVerdict} from '../../schema/rehearsal-verdict.ts';
import {rehearsedRun} from './test-rehearsed-run.ts';

describe('the example', () => {
  test.each(['real', 'simulated'] as const)('of %s evidence is as the schemas want it', evidence => {
    const {rehearsal, verdict} = rehearsedRun({evidence});
    expect(rehearsalSchema.parse(rehearsal)).toEqual(rehearsal);
    expect(rehearsalVerdict.parse(verdict)).toEqual(verdict);
  });

  test('accounts for every request: each second, by outcome as by target, and in all', () => {
    const {verdict, seconds} = rehearsedRun();
    const total = (counts: Readonly<Record<string, number>>) =>
      Object.values(counts).reduce((sum, one) => sum + one, 0);
    for (const {ended, targets} of seconds) expect(total(targets)).toBe(total(ended));
    expect(seconds.reduce((sum, {ended}) => sum + total(ended), 0)).toBe(verdict.accounting.sent);
    expect(verdict.accounting.sent).toBeGreaterThan(20_000);
  });
});
