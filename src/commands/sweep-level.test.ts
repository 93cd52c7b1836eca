import {expect, test} from 'vitest';
import type {SweepStage} from '../schema/suite.ts';
import {sendingSeconds, stageAt} from './sweep-level.ts';

const workload = {kind: 'chat', promptTokens: 512, outputTokens: 128} as const;
const unbounded = {requests: null, durationSeconds: null};
const slots: SweepStage = {
  name: 'capacity',
  workload,
  load: {mode: 'closed', concurrency: 1, ...unbounded, warmup: 1},
  sweep: {over: 'concurrency', from: 1, to: 64, gainShare: 0.1, requestsPerSlot: 16},
};
const rates: SweepStage = {
  name: 'goodput',
  workload,
  load: {mode: 'open', arrivals: 'poisson', ratePerSecond: 4, maxInFlight: null, ...unbounded, warmup: 16},
  sweep: {
    over: 'rate',
    from: 4,
    to: 512,
    slo: {ttftP99Ms: 500, tpotP99Ms: null, e2eP99Ms: null},
    resolution: 0.05,
    secondsPerLevel: 30,
  },
};

test('a level of concurrency has as many rounds as any other, and every slot is warmed up', () => {
  expect(stageAt(slots, 8)).toEqual({
    name: 'capacity@8',
    workload,
    load: {mode: 'closed', concurrency: 8, requests: 128, durationSeconds: null, warmup: 8},
  });
});

test('--requests, --duration and --warmup hold for every level, with a request for every slot', () => {
  const asked = (changes: Partial<SweepStage['load']>) =>
    stageAt({...slots, load: {...slots.load, ...changes} as SweepStage['load']}, 8).load;
  expect(asked({requests: 20})).toMatchObject({requests: 20});
  expect(asked({requests: 2})).toMatchObject({requests: 8});
  expect(asked({durationSeconds: 3})).toMatchObject({requests: null, durationSeconds: 3});
  expect(asked({warmup: 0})).toMatchObject({warmup: 0});
});

test('a rate is sent for as long as the sweep says, or as the command line does', () => {
  const at = (changes: Partial<SweepStage['load']>) =>
    stageAt({...rates, load: {...rates.load, ...changes} as SweepStage['load']}, 12.5);
  expect(at({}).name).toBe('goodput@12.5');
  expect(at({}).load).toMatchObject({mode: 'open', ratePerSecond: 12.5, requests: null, durationSeconds: 30});
  expect(at({durationSeconds: 5}).load).toMatchObject({durationSeconds: 5});
  const counted = at({requests: 100}).load;
  expect(counted).toMatchObject({requests: 100, durationSeconds: null});
  expect(counted.mode === 'open' && sendingSeconds(counted)).toBe(8);
});
