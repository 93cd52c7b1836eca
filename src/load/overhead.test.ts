import {expect, test} from 'vitest';
import {runRecord} from '../schema/record.ts';
import {measureClientOverhead} from './overhead.ts';

test('the overhead is told as the record keeps it, without a P99 that too few requests cannot certify', async () => {
  const overhead = await measureClientOverhead({requests: 40});
  expect(runRecord.shape.clientOverhead.parse(overhead)).toEqual(overhead);
  expect(overhead.n).toBe(40);
  expect(overhead.latencyP99Ms).toBeNull();
  expect(overhead.cpuMsPerRequest).toBeGreaterThan(0);
  expect(overhead.latencyP50Ms).toBeGreaterThan(0);
});

test('by default there are enough requests for a P99', async () => {
  const {n, latencyP50Ms, latencyP99Ms} = await measureClientOverhead();
  expect(n).toBe(662);
  expect(latencyP99Ms).toBeGreaterThanOrEqual(latencyP50Ms);
});
