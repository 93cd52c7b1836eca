import {expect, test} from 'vitest';
import type {LoadSpec} from '../schema/suite.ts';
import {seededRandom} from '../workloads/random.ts';
import {arrivalsOf, arrivalWords} from './arrival-words.ts';
import {type OpenLoad, planArrivals} from './arrivals.ts';

const amount = {requests: 500, durationSeconds: null, warmup: 0, maxInFlight: null};
const trace = {file: 'trace.jsonl', sha256: '0', speed: 2, arrivals: 3};
const all = {index: 0, of: 1};
const travelled = <T>(words: T): T => JSON.parse(JSON.stringify(words)) as T;

test.each([
  {mode: 'open', arrivals: 'uniform', ratePerSecond: 7, ...amount},
  {mode: 'open', arrivals: 'poisson', ratePerSecond: 300, ...amount},
  {mode: 'open', arrivals: 'gamma', burstiness: 0.3, ratePerSecond: 300, ...amount},
] satisfies OpenLoad[])(
  'from the words come the arrivals that were planned here, however they travelled: $arrivals',
  load => {
    const words = arrivalWords([7, 'arrivals', 'chat', 2], null);
    expect(JSON.stringify(words).length).toBeLessThan(80);
    expect(arrivalsOf(travelled(words), load, all)).toEqual(planArrivals(load, seededRandom(7, 'arrivals', 'chat', 2)));
  },
);

test("a trace's times go with the words, to the last digit and without what lies around them", () => {
  const load: OpenLoad = {mode: 'open', arrivals: 'trace', trace, ratePerSecond: 1, ...amount};
  const timesMs = Float64Array.of(99, 1.1, 2.200001, 1e12 / 3, 99).subarray(1, 4);
  const words = arrivalWords([1], timesMs);
  expect(arrivalsOf(travelled(words), load, all)).toEqual(planArrivals(load, Math.random, timesMs));
  expect(arrivalsOf(travelled(words), load, all).dueMs[1]).toBe(0.55);
});

test('a closed loop has no arrivals', () => {
  const load: LoadSpec = {mode: 'closed', concurrency: 1, requests: 1, durationSeconds: null, warmup: 0};
  expect(arrivalsOf(null, load, all)).toEqual({total: 0, dueMs: []});
});
