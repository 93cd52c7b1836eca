import {expect, test} from 'vitest';
import {limits} from '../../stats/limits.ts';
import {forwardLag} from './pod-watch.ts';

test('a forward that lagged voids a trial, and so does one of which nobody knows whether it did', () => {
  expect(forwardLag(limits.lagP99Ms)).toEqual([]);
  expect(forwardLag(limits.lagP99Ms + 1)).toMatchObject([{code: 'forward-lag', severity: 'void'}]);
  expect(forwardLag(null)).toMatchObject([
    {code: 'forward-lag', severity: 'void', message: expect.stringContaining('is not known')},
  ]);
});
