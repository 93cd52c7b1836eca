import fc from 'fast-check';
import {expect, test} from 'vitest';
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
