import {expect, test} from 'vitest';
import {RecentLag} from './recent-lag.ts';

test('nothing was late before anything was sent', () => {
  expect(new RecentLag().read()).toBeNull();
});

test('it is that of the last 1,024 requests alone', () => {
  const lag = new RecentLag();
  lag.note(7);
  expect(lag.read()).toEqual({p99Ms: 7, maxMs: 7});
  for (let at = 0; at < 1023; at += 1) lag.note(1);
  expect(lag.read()).toEqual({p99Ms: 1, maxMs: 7});
  lag.note(2); // in the place of the 7
  expect(lag.read()).toEqual({p99Ms: 1, maxMs: 2});
});
