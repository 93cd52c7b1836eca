import {expect, test} from 'vitest';
import {monotonicMs} from '../driver.ts';
import {createLink} from './link.ts';

test('transfers follow each other, each with its latency, and none is there before its time', async () => {
  const link = createLink({latencyMs: 20, gbPerSecond: 1, speed: 2, nowMs: monotonicMs});
  const startMs = monotonicMs();
  const send = (bytes: number) =>
    new Promise<number>(resolve => void link.send(bytes, () => resolve(monotonicMs() - startMs)));
  const cancel = link.send(8e6, () => expect.unreachable());
  cancel();
  // 4 ms of the one that was given up, then 10 and 1 ms, and 10 ms of latency.
  const arrived = [send(20e6), send(2e6)];
  expect(await arrived[0]).toBeGreaterThanOrEqual(24);
  expect(await arrived[1]).toBeGreaterThanOrEqual(25);
  link.send(1, () => expect.unreachable());
  link.stop();
});
