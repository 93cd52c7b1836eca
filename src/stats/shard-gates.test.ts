import {describe, expect, test} from 'vitest';
import {exampleTrial} from '../records/test-run.ts';
import type {TrialShard} from '../schema/shard.ts';
import {besideServer} from './beside-server.ts';
import {shardLate, shardMissing, shardSaturated} from './shard-gates.ts';
import {TrialFacts} from './trial-facts.ts';

const shard = (index: number, changes: Partial<TrialShard> = {}): TrialShard => ({
  index,
  host: `load-${index}`,
  workers: 2,
  counts: {ok: 100, failed: 0},
  startedLateMs: 0.5,
  clock: {reference: 'date', offsetMs: 3, errorMs: 8},
  loopLagP99Ms: 1,
  scheduleLagP99Ms: 0.5,
  inFlightMax: 10,
  ...changes,
});

const judged = (of: number, parts: readonly TrialShard[]) => ({
  trial: exampleTrial({shards: {of, parts: [...parts]}}),
  facts: new TrialFacts(null),
  plannedRequests: null,
  unsent: 0,
});
const all = [shardMissing, shardLate, shardSaturated];

test('a trial of one machine, and one whose shards were all there in time, have no finding', () => {
  const one = {...judged(1, []), trial: exampleTrial()};
  expect(all.map(gate => gate(one))).toEqual([null, null, null]);
  const two = judged(2, [shard(0), shard(1)]);
  expect(all.map(gate => gate(two))).toEqual([null, null, null]);
});

describe('a shard that is missing', () => {
  test('voids the trial and is named as on the command line', () => {
    expect(shardMissing(judged(4, [shard(3), shard(0)]))).toEqual({
      code: 'shard-missing',
      severity: 'void',
      message: '2 of 4 shards are missing (limit 0): shard 2; shard 3. What is here is a part of the load',
      hint: 'Name the folders of all shards where they are joined by hand. Where one was lost see why, and measure again with all of them: the others cannot wait for one that is repeated.',
    });
  });

  test('of a thousand the first five are named', () => {
    expect(shardMissing(judged(1000, [shard(999)]))?.message).toContain(
      '999 of 1000 shards are missing (limit 0): shard 1; shard 2; shard 3; shard 4; shard 5; and 994 more',
    );
  });
});

describe('a shard that began at another time', () => {
  const late = (startedLateMs: number, errorMs: number) =>
    shardLate(judged(2, [shard(0), shard(1, {startedLateMs, clock: {reference: 'date', offsetMs: 0, errorMs}})]));

  test('may be 100 ms from the start that was agreed on, the error of its clock included', () => {
    expect([late(92, 8), late(-92, 8), late(0, 100)]).toEqual([null, null, null]);
    expect(late(92.1, 8)).toMatchObject({code: 'shard-late', severity: 'void'});
    expect(late(0, 100.1)?.message).toContain('shard 2 (load-1) 0.0 ms after it, ± 100.1 ms');
  });

  test('is named with its figure, its error and the limit, the worst first', () => {
    const parts = [shard(0, {startedLateMs: 140.25}), shard(1), shard(2, {startedLateMs: -2000})];
    expect(shardLate(judged(3, parts))?.message).toBe(
      "The shards did not begin together (limit 100 ms from the agreed start, the clock's error included): shard 3 (load-2) 2000.0 ms before it, ± 8.0 ms; shard 1 (load-0) 140.3 ms after it, ± 8.0 ms",
    );
  });
});

test("pods on the server's node are a warning, and those of which the node is not known are none", () => {
  const parts = [shard(0, {node: 'a'}), shard(1, {node: 'b'}), shard(2)];
  expect(besideServer({of: 3, parts}, ['b'])).toEqual({
    ...{code: 'shard-beside-server', severity: 'warning', hint: expect.any(String)},
    message: "Shards took cores and memory of the server's own node: shard 2 (load-1) on b",
  });
  expect([besideServer({of: 3, parts}, ['c']), besideServer({of: 3, parts}, []), besideServer(null, ['a'])]).toEqual([
    ...[null, null, null],
  ]);
});

describe('a shard that was the bottleneck of its share', () => {
  const lags = (...all: readonly (readonly [loopMs: number | null, sendMs: number | null])[]) =>
    shardSaturated(
      judged(
        all.length,
        all.map(([loopLagP99Ms, scheduleLagP99Ms], index) => shard(index, {loopLagP99Ms, scheduleLagP99Ms})),
      ),
    );

  test('has more than 5 ms of lag at p99, or was not sampled although it sent; the worst is named first', () => {
    expect(lags([1, null], [5, 5])).toBe(null);
    expect(lags([1, 0], [5.5, 12], [null, 1], [1, 40.04])).toEqual({
      code: 'shard-saturated',
      severity: 'void',
      message:
        'Shards were the bottleneck of their share: lag at p99 (limit 5 ms) of shard 3 (load-2): event loop not sampled; shard 4 (load-3): sends 40.0 ms after their time; shard 2 (load-1): event loop 5.5 ms, sends 12.0 ms after their time',
      hint: 'Give these machines more cores or nothing else to do, raise --workers there, or cut the load into more shards.',
    });
  });

  test('is none where its share of a small load was nothing', () => {
    const idle = shard(1, {counts: {ok: 0, failed: 0}, loopLagP99Ms: null, scheduleLagP99Ms: null});
    expect(shardSaturated(judged(2, [shard(0), idle]))).toBe(null);
  });
});
