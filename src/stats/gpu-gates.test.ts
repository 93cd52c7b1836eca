import {describe, expect, test} from 'vitest';
import {exampleTrial} from '../records/test-run.ts';
import type {Trial, TrialGpu} from '../schema/trial.ts';
import {clocksCapped, gpuShared, throttled} from './gpu-gates.ts';
import {TrialFacts} from './trial-facts.ts';

const card = (clockLimits: TrialGpu['cards'][number]['clockLimits'], uuid = 'GPU-1'): TrialGpu['cards'][number] => ({
  uuid,
  memoryUsedMiB: {min: 70_000, max: 70_100},
  powerW: {mean: 620, max: 640},
  smClockMHz: {min: 1740, p50: 1755},
  temperatureMaxC: 66,
  clockLimits,
  readings: 40,
});
const judged = (gpu: Trial['gpu']) => ({
  trial: exampleTrial({gpu}),
  facts: new TrialFacts(null),
  plannedRequests: null,
  unsent: 0,
});
const withCards = (...cards: TrialGpu['cards']) => judged({cards, servers: [], othersMaxMiB: null});

test('a trial whose GPU was not watched is not judged by it', () => {
  for (const gate of [throttled, clocksCapped, gpuShared]) expect(gate(judged(null))).toBeNull();
});

describe('clock limits', () => {
  test.each(['hw-slowdown', 'sw-thermal-slowdown', 'hw-thermal-slowdown', 'hw-power-brake-slowdown'])(
    'one reading of %s in forty voids the trial',
    reason => {
      expect(throttled(withCards(card([]), card([{reason, share: 0.025}], 'GPU-2')))).toMatchObject({
        code: 'throttled',
        severity: 'void',
        message: `The GPU was slowed down by heat or its power supply: ${reason} in 2.5 % of 40 readings of GPU-2`,
      });
    },
  );

  test('the power limit, idle moments and clocks that were set are no slowdown', () => {
    const usual = ['gpu-idle', 'applications-clocks-setting', 'sw-power-cap', 'sync-boost', 'display-clocks-setting'];
    expect(throttled(withCards(card(usual.map(reason => ({reason, share: 1})))))).toBeNull();
  });

  test('the power limit is a note with the clock that came of it', () => {
    expect(clocksCapped(withCards(card([{reason: 'sw-power-cap', share: 0.75}])))).toMatchObject({
      severity: 'note',
      message:
        'The power limit held the clocks down in 75.0 % of 40 readings of GPU-1 (SM clock p50 1755 MHz, min 1740 MHz), as it does at full load',
    });
    expect(clocksCapped(withCards(card([{reason: 'gpu-idle', share: 1}])))).toBeNull();
  });
});

test.each([
  [null, null],
  [0, null],
  [3946, 'warning'],
])('%s MiB in the hands of others: %s', (othersMaxMiB, severity) => {
  expect(gpuShared(judged({cards: [card([])], servers: [], othersMaxMiB}))?.severity ?? null).toBe(severity);
});
