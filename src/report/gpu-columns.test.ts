import {expect, test} from 'vitest';
import {exampleTrial} from '../records/test-run.ts';
import type {TrialGpu} from '../schema/trial.ts';
import {gpuColumns} from './gpu-columns.ts';

const read = (trial: ReturnType<typeof exampleTrial>) =>
  Object.fromEntries(gpuColumns.map(column => [column.key, column.read(trial)]));

const card: TrialGpu['cards'][number] = {
  uuid: 'GPU-1',
  memoryUsedMiB: {min: 70_000, max: 71_000},
  powerW: {mean: 500, max: 630.5},
  smClockMHz: {min: 1740, p50: 1755},
  temperatureMaxC: 66,
  clockLimits: [{reason: 'sw-power-cap', share: 0.975}],
  readings: 40,
};

test('a trial that was not watched has nothing in any of them', () => {
  expect(new Set(Object.values(read(exampleTrial())))).toEqual(new Set([null]));
});

test('two cards: memory and power add up, the slower clock and the hotter card count', () => {
  const other = {...card, uuid: 'GPU-2', smClockMHz: {min: 1500, p50: 1600}, temperatureMaxC: 70, clockLimits: []};
  const trial = exampleTrial({
    gpu: {cards: [card, other], servers: [{role: 'chat', memoryMaxMiB: 66_512}], othersMaxMiB: 0},
    kvUse: {maxShare: 0.25, maxTokens: 1024, readings: 3},
  });
  expect(read(trial)).toEqual({
    gpu_memory_max_mib: 142_000,
    server_memory_max_mib: 66_512,
    gpu_power_mean_w: 1000,
    gpu_power_max_w: 630.5,
    gpu_sm_clock_p50_mhz: 1600,
    gpu_sm_clock_min_mhz: 1500,
    gpu_temperature_max_c: 70,
    gpu_clock_limits: 'sw-power-cap 97.5 %',
    kv_used_max_percent: 25,
    kv_used_max_tokens: 1024,
  });
});

test('one card that does not tell its power leaves no sum', () => {
  const trial = exampleTrial({
    gpu: {cards: [card, {...card, uuid: 'GPU-2', powerW: null}], servers: [], othersMaxMiB: null},
  });
  expect(read(trial)).toMatchObject({gpu_power_mean_w: null, gpu_power_max_w: null, server_memory_max_mib: null});
});
