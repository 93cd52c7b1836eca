import {expect, test} from 'vitest';
import {migration} from '../../../suites/migration.ts';
import {quick} from '../../../suites/quick.ts';
import {planText} from './plan-text.ts';

test('what will be measured, and for how long', () => {
  expect(planText(migration, false)).toBe(
    'Plan migration: 4 A/A pairs and at most 12 A/B pairs of 4 workloads, for up to 60 GPU minutes',
  );
  expect(planText({...migration, budgetGpuMinutes: null, workloads: migration.workloads.slice(0, 1)}, false)).toBe(
    'Plan migration: 4 A/A pairs and at most 12 A/B pairs of 1 workload, without a limit (--budget)',
  );
});

test('on simulated engines a plan that shows a decision in a minute is named', () => {
  expect(planText(migration, true)).toMatch(
    /, for up to 60 GPU minutes, on simulated engines: --plan quick shows a whole decision in about a minute$/,
  );
  expect(planText(quick, true)).toMatch(/, for up to 5 GPU minutes, on simulated engines$/);
});
