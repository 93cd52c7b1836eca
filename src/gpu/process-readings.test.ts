import {describe, expect, test} from 'vitest';
import {ProcessReadings} from './process-readings.ts';

/** Each time's rows: process number, MiB, and the card where it is not the first. */
type Row = readonly [pid: number, usedMiB: number, card?: string];

const readingsOf = (times: readonly (readonly Row[])[]): ProcessReadings => {
  const readings = new ProcessReadings();
  for (const [time, rows] of times.entries())
    for (const [pid, usedMiB, card = 'GPU-1'] of rows) readings.add(String(time), card, String(pid), String(usedMiB));
  return readings;
};

describe('a server that is started again, as processes 17 and 18 in place of 7 and 8', () => {
  const replica = {role: 'chat', pids: new Set([7, 8, 17, 18])} as const;

  test('both times are its own, and are never added together', () => {
    const readings = readingsOf([
      [
        [7, 500],
        [8, 7000],
      ],
      [[7, 500]],
      [[17, 400]],
      [
        [17, 400],
        [18, 7374],
      ],
    ]);
    expect(readings.attribute([replica])).toMatchObject({
      servers: [{role: 'chat', memoryMaxMiB: 7774}],
      othersMaxMiB: 0,
    });
    // What was told of it when nobody had asked for its new processes.
    expect(readings.attribute([{role: 'chat', pids: new Set([7, 8])}])).toMatchObject({
      servers: [{role: 'chat', memoryMaxMiB: 7500}],
      othersMaxMiB: 7774,
    });
  });

  test('what really was there at one time is one sum', () => {
    const readings = readingsOf([
      [[8, 7000]],
      [
        [8, 600],
        [18, 7374],
      ],
      [[18, 7400]],
    ]); // the driver frees it late
    expect(readings.attribute([replica]).servers).toEqual([{role: 'chat', memoryMaxMiB: 7974}]);
  });

  test('a stranger that came meanwhile is found, with what strangers held together', () => {
    const readings = readingsOf([
      [[8, 7000]],
      [[99, 3000]],
      [
        [98, 20],
        [99, 2990],
        [18, 7000],
      ],
      [[18, 7000]],
    ]);
    expect(readings.attribute([replica])).toMatchObject({
      servers: [{role: 'chat', memoryMaxMiB: 7000}],
      othersMaxMiB: 3010,
    });
  });

  test('a card that only the new one is on is one of the stack', () => {
    const readings = readingsOf([
      [[8, 7000]],
      [
        [18, 7000, 'GPU-2'],
        [99, 5, 'GPU-2'],
        [98, 900, 'GPU-3'],
      ],
    ]);
    const {cards, othersMaxMiB} = readings.attribute([replica]);
    expect([[...cards], othersMaxMiB]).toEqual([['GPU-1', 'GPU-2'], 5]);
  });

  test('whose processes are not known at any time leaves it unknown who the others are', () => {
    const readings = readingsOf([[[8, 7000]]]);
    expect(readings.attribute([replica, {role: 'embed', pids: new Set()}]).othersMaxMiB).toBeNull();
    expect(readings.attribute([replica, {role: null, pids: new Set()}]).othersMaxMiB).toBeNull();
  });
});
