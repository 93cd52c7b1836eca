import {expect, test} from 'vitest';
import type {LastingHost} from '../shard-host.ts';
import {CrewClocks} from './crew-clocks.ts';

/** One whose readings are within so much, one after the other. */
const hostWith = (...errors: readonly number[]) => {
  let asked = 0;
  const clock: LastingHost['clock'] = async () => ({reference: 'peer', offsetMs: asked, errorMs: errors[asked++] ?? 0});
  return {host: {clock} as LastingHost, asked: () => asked};
};

test('a good reading is taken; a disturbed one is repeated, three times at most, and the best of them counts', async () => {
  const clocks = new CrewClocks();
  const good = hostWith(0.3, 0.1);
  expect(await clocks.read(good.host)).toMatchObject({offsetMs: 0, errorMs: 0.3});
  const once = hostWith(25, 0.3);
  expect(await clocks.read(once.host)).toMatchObject({offsetMs: 1, errorMs: 0.3});
  const always = hostWith(40, 30, 35, 0.1);
  expect(await clocks.read(always.host)).toMatchObject({offsetMs: 1, errorMs: 30});
  expect(always.asked()).toBe(3);
});

test('however many are read, no more than 16 are asked at once', async () => {
  const clocks = new CrewClocks();
  let [now, most] = [0, 0];
  const clock: LastingHost['clock'] = async () => {
    most = Math.max(most, ++now);
    await new Promise(resolve => setImmediate(resolve));
    now -= 1;
    return {reference: 'peer', offsetMs: 0, errorMs: 0.1};
  };
  await Promise.all(Array.from({length: 50}, () => clocks.read({clock} as LastingHost)));
  expect(most).toBe(16);
});
