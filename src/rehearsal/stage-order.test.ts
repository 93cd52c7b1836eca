import {describe, expect, test} from 'vitest';
import type {RehearsalStage} from '../schema/rehearsal.ts';
import {scenarios} from './scenarios/index.ts';
import {nextStage, stagesOf} from './stage-order.ts';
import {strategies} from './strategies/index.ts';

const order = stagesOf(strategies['blue-green'], scenarios['dies-under-load']);

const passed = (
  name: RehearsalStage['name'],
  outcome: RehearsalStage['outcome'] = 'done',
  endMs: number | null = 1,
) => ({
  ...{name, outcome, endMs},
});

describe('the order of stages', () => {
  test('has a fault only where the scenario strikes in it', () => {
    expect(order).toContain('fault');
    for (const name of ['none', 'dies-while-loading', 'harness-killed'] as const)
      expect(stagesOf(strategies['blue-green'], scenarios[name])).not.toContain('fault');
  });

  test('of a restart has the candidate start within the cutover', () => {
    expect(stagesOf(strategies.restart, scenarios.none)).toEqual([
      ...['baseline-up', 'before', 'cutover', 'watch', 'rollback', 'recover', 'after', 'down'],
    ]);
  });
});

describe('the next stage', () => {
  test('is the first one of a rehearsal that has none, and none after the last', () => {
    expect(nextStage(order, [])).toBe('baseline-up');
    expect(nextStage(order, [passed('down')])).toBeNull();
  });

  test('is the following one after one that is done', () => {
    expect(nextStage(order, [passed('before'), passed('candidate-up')])).toBe('check');
  });

  test.each(order)('is %s again where the harness was killed in it', name => {
    expect(nextStage(order, [passed(name, 'running', null)])).toBe(name);
  });

  test.each(['candidate-up', 'check', 'cutover', 'watch', 'fault'] as const)(
    'is the rollback when the candidate was given up, or nothing was shown, in %s',
    name => {
      expect(nextStage(order, [passed(name, 'aborted')])).toBe('rollback');
      expect(nextStage(order, [passed(name, 'undecided')])).toBe('rollback');
    },
  );

  test('is `after` also when it is not shown that the baseline has recovered', () => {
    expect(nextStage(order, [passed('recover', 'undecided')])).toBe('after');
  });
});
