import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {ProcessSnapshots} from './process-snapshots.ts';

const card = 'GPU-1';

test('an hour of servers that grow and stay is one snapshot', () => {
  const snapshots = new ProcessSnapshots();
  for (let time = 0; time < 18_000; time += 1) {
    snapshots.add(String(time), {card, pid: 7}, Math.min(5000 + time, 7000));
    snapshots.add(String(time), {card, pid: 8}, 900 + (time % 100));
  }
  expect(snapshots.size).toBe(1);
  expect([...snapshots.maxMiB(() => 'both')]).toEqual([['both', 7999]]);
});

test('a server that was started again is one more', () => {
  const snapshots = new ProcessSnapshots();
  const pids = [7, 7, 17, 17];
  for (const [time, pid] of pids.entries()) {
    snapshots.add(String(time), {card, pid: 1}, 100);
    snapshots.add(String(time), {card, pid}, 5000 + time);
  }
  expect(snapshots.size).toBe(2);
  expect([...snapshots.maxMiB(({pid}) => (pid === 1 ? null : pid))]).toEqual([
    [7, 5001],
    [17, 5003],
  ]);
});

test('whoever is asked for in the end, no sum is lost with the snapshots that go', () => {
  const time = fc.dictionary(fc.constantFrom('1', '2', '3', '4'), fc.integer({min: 0, max: 5}));
  const asked = fc.subarray(['1', '2', '3', '4'], {minLength: 1});
  fc.assert(
    fc.property(fc.array(time), asked, (times, pids) => {
      const snapshots = new ProcessSnapshots();
      for (const [index, held] of times.entries())
        for (const [pid, usedMiB] of Object.entries(held))
          snapshots.add(String(index), {card, pid: Number(pid)}, usedMiB);
      const most = Math.max(0, ...times.map(held => pids.reduce((sum, pid) => sum + (held[pid] ?? 0), 0)));
      expect(snapshots.maxMiB(({pid}) => (pids.includes(String(pid)) ? 'asked' : null)).get('asked') ?? 0).toBe(most);
    }),
  );
});

describe('strangers, who are known to be some only after a while', () => {
  const isServers = (pid: number | null) => pid === 1 || pid === 2;

  test('an hour in which another one comes every 5 s, unlike any before, is five snapshots at most', () => {
    const strangers = new Set<number>();
    const snapshots = new ProcessSnapshots(strangers);
    let most = 0;
    for (let time = 0; time < 18_000; time += 1) {
      const stranger = 100 + Math.floor(time / 25);
      strangers.add(stranger - 3); // 15 s after it came
      snapshots.add(String(time), {card, pid: 1}, Math.min(5000 + time, 7000));
      snapshots.add(String(time), {card, pid: stranger}, 20 + (stranger % 7));
      most = Math.max(most, snapshots.size);
    }
    expect(most).toBeLessThanOrEqual(5);
    expect([...snapshots.places]).toHaveLength(5);
    expect([...snapshots.maxMiB(({pid}) => (isServers(pid) ? 'server' : 'others'))]).toEqual([
      ['server', 7000],
      ['others', 26],
    ]);
  });

  test('no sum is another one for it, whenever that is known of whom', () => {
    const held = fc.dictionary(fc.constantFrom('1', '2', '11', '12', '13'), fc.integer({min: 0, max: 5}));
    const known = fc.option(fc.constantFrom(11, 12, 13));
    const asked = fc.subarray([1, 2], {minLength: 1});
    fc.assert(
      fc.property(fc.array(fc.record({held, known})), asked, (times, pids) => {
        const strangers = new Set<number>();
        const snapshots = new ProcessSnapshots(strangers);
        for (const [index, time] of times.entries()) {
          for (const [pid, usedMiB] of Object.entries(time.held))
            snapshots.add(String(index), {card: Number(pid) === 12 ? 'GPU-2' : card, pid: Number(pid)}, usedMiB);
          if (time.known !== null) strangers.add(time.known);
        }
        const mostOf = (...of: number[]) =>
          Math.max(0, ...times.map(time => of.reduce((sum, pid) => sum + (time.held[pid] ?? 0), 0)));
        const found = snapshots.maxMiB(place => {
          if (!isServers(place.pid)) return place.card;
          return pids.includes(Number(place.pid)) ? 'asked' : null;
        });
        const sums = ['asked', 'GPU-1', 'GPU-2'].map(holder => found.get(holder) ?? 0);
        expect(sums).toEqual([mostOf(...pids), mostOf(11, 13), mostOf(12)]);
      }),
    );
  });
});
