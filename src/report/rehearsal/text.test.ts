import {describe, expect, test} from 'vitest';
import type {RehearsalCheck} from '../../schema/rehearsal-verdict.ts';
import {rehearsedRun} from './test-rehearsed-run.ts';
import {rehearsalText} from './text.ts';

describe('the end in the terminal', () => {
  test('has the verdicts, their sentences and the accounting first', () => {
    const lines = rehearsalText(rehearsedRun()).split('\n');
    expect(lines.slice(0, 8)).toEqual([
      'vllm 0.26.0 (vllm-tuned) → sglang 0.5.17 (sglang), blue-green, dies-under-load',
      'Migration: GO',
      '  The candidate took all requests without a lost one, 0 ms of downtime, and was watched for 30 s.',
      'Rollback: GO',
      '  Back on the baseline 1.6 s after the death was detected; latency and identity are as before.',
      'chat answers differ (not required by the plan): 1 of 8 greedy texts parts before token 32; A/A 0 of…',
      '',
      '20,059 sent = 20,046 served + 2 refused + 11 failed + 0 lost, 0 duplicated',
    ]);
    expect(lines.slice(8, 13).map(line => line.replace(/ {3,}/g, '  '))).toEqual([
      '  11 chat failed: sent in fault, on the way at the candidate when the fault struck, engine_failed',
      '  2 embed refused: sent in cutover, nobody was asked, switching',
      '  detected after  1.4 s  limit 10 s',
      '  rolled back after  1.6 s  limit 5 s',
      '  recovered after  6 s  limit 30 s',
    ]);
    expect(lines.at(-1)).toBe('Checks: 11 passed');
  });

  test('wraps the main reason, whose figures stand at its end, and does not say it twice', () => {
    const {verdict} = rehearsedRun();
    const detail = `${'chat E2E is not shown to be within its margin, '.repeat(4)}as 2.31 [2.02, 2.64] of the baseline’s (limit 1.5).`;
    const failing: RehearsalCheck = {code: 'latency', of: 'migration', outcome: 'fail', detail};
    const ended = {statistics: 'NO-GO' as const, verdict: 'NO-GO' as const, reasons: [detail]};
    const lines = rehearsalText(
      rehearsedRun({verdict: {migration: ended, checks: [...verdict.checks, failing]}}),
    ).split('\n');
    expect(
      lines
        .slice(2, 5)
        .map(line => line.trim())
        .join(' '),
    ).toBe(detail);
    expect(lines[5]).toBe('Rollback: GO');
    expect(lines.at(-1)).toBe('Checks: 11 passed, 1 did not');
    expect(lines.length).toBeLessThanOrEqual(40);
  });

  test('is 40 lines of 100 characters at most, whatever there is to say, and holds nothing that steers a terminal', () => {
    const {verdict} = rehearsedRun();
    const long = `\u001b[31m${'word '.repeat(60)}\n`;
    const checks = Array.from(
      {length: 30},
      (_, place): RehearsalCheck => ({
        ...{code: `check-${place}`, of: 'both', outcome: 'fail', detail: `${place} ${long}`},
      }),
    );
    const ended = {statistics: 'GO' as const, verdict: 'INCONCLUSIVE' as const, reasons: [long, long]};
    const run = rehearsedRun({
      evidence: 'simulated',
      verdict: {
        ...{checks, migration: ended, rollback: ended},
        accounts: {...verdict.accounts, agree: false, differences: [long, long]},
        stages: [...verdict.stages, ...verdict.stages].map(stage => ({...stage, outcome: 'undecided'})),
      },
    });
    const status = {status: 'interrupted' as const, failure: {code: 'INTERRUPTED', message: long}};
    const text = rehearsalText({...run, rehearsal: {...run.rehearsal, ...status}});
    const lines = text.split('\n');
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(Math.max(...lines.map(({length}) => length))).toBeLessThanOrEqual(100);
    expect(text).not.toMatch(/\p{Cc}(?<!\n)/u);
    expect(text).toContain('and 27 more');
    expect(text).toContain('and 11 stages before them');
  });
});
