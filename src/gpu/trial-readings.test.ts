import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {projectRoot} from '../root.ts';
import type {Role} from '../schema/request.ts';
import type {Owned} from './owned-processes.ts';
import {recordedCard} from './test-nvidia-smi.ts';
import {TrialReadings} from './trial-readings.ts';

const rowsOf = (name: string) =>
  readFileSync(join(projectRoot, 'fixtures', 'nvidia-smi', `${name}.txt`), 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => line.split(', '));

const owned = (role: Role | null, pids: readonly number[]): Owned => ({role, pids: new Set(pids)});

const recorded = (
  processes: Partial<Record<Role, readonly number[]>>,
  neighbours: readonly (readonly number[])[] = [],
) => {
  const readings = new TrialReadings();
  for (const row of rowsOf('memory')) readings.addMemory(row);
  for (const row of rowsOf('processes')) readings.addProcess(row);
  for (const row of rowsOf('state')) readings.addState(row);
  return readings.read([
    ...Object.entries(processes).map(([role, pids]) => owned(role as Role, pids)),
    ...neighbours.map(pids => owned(null, pids)),
  ]);
};

describe('the recording of an H200', () => {
  test('one card: smallest, largest, mean and median of its rows, and the share of each clock limit', () => {
    expect(recorded({})?.cards).toEqual([
      {
        uuid: recordedCard,
        memoryUsedMiB: {min: 0, max: 5271},
        powerW: {mean: expect.closeTo(325.8952, 4), max: 633.54},
        smClockMHz: {min: 345, p50: 1830}, // of 23: nine 345, 450, nine 1830, 1845, 1965, two 1980
        temperatureMaxC: 63,
        clockLimits: [
          {reason: 'gpu-idle', share: 10 / 23},
          {reason: 'sw-power-cap', share: 11 / 23},
        ],
        readings: 23,
      },
    ]);
  });

  test('two servers with a process each', () => {
    expect(recorded({chat: [433], embed: [434]})).toMatchObject({
      servers: [
        {role: 'chat', memoryMaxMiB: 2116},
        {role: 'embed', memoryMaxMiB: 3140},
      ],
      othersMaxMiB: 0,
    });
  });

  test("a server's processes are added up", () => {
    expect(recorded({chat: [433, 434, 435]})?.servers).toEqual([{role: 'chat', memoryMaxMiB: 5256}]);
  });

  test('what nobody of the stack holds is the others', () => {
    expect(recorded({chat: [433]})?.othersMaxMiB).toBe(3140);
  });

  test('what a neighbour holds is neither a server’s nor the others', () => {
    const seen = recorded({chat: [433]}, [[434]]);
    expect(seen).toMatchObject({servers: [{role: 'chat', memoryMaxMiB: 2116}], othersMaxMiB: 0});
    expect(seen?.cards).toEqual(recorded({chat: [433]})?.cards); // a card is told as it is
  });

  test('beside a neighbour a stranger is still told', () => {
    const one = new TrialReadings();
    one.addMemory(['t', 'GPU-1', '100']);
    for (const [pid, usedMiB] of [
      [7, '50'],
      [8, '[N/A]'],
      [9, '300'],
      [10, '20'],
    ] as const)
      one.addProcess(['t', 'GPU-1', String(pid), usedMiB]);
    expect(one.read([owned('chat', [7]), owned(null, [8]), owned(null, [9])])).toMatchObject({
      servers: [{role: 'chat', memoryMaxMiB: 50}],
      othersMaxMiB: 20,
    });
  });

  test('whose it is cannot be told either where a neighbour does not know its processes', () => {
    expect(recorded({chat: [433]}, [[434], []])).toMatchObject({
      servers: [{role: 'chat', memoryMaxMiB: 2116}],
      othersMaxMiB: null,
    });
  });

  test('whose it is cannot be told where one server does not know its processes', () => {
    expect(recorded({chat: [433], embed: []})).toMatchObject({
      servers: [{role: 'chat', memoryMaxMiB: 2116}],
      othersMaxMiB: null,
    });
    expect(recorded({})).toMatchObject({servers: [], othersMaxMiB: null});
  });
});

describe('what is not told', () => {
  test('no row gives nothing', () => {
    expect(new TrialReadings().read([])).toBeNull();
  });

  test('[N/A] is null and never 0', () => {
    const one = new TrialReadings();
    one.addMemory(['t', 'GPU-1', '100']);
    one.addState(['t', 'GPU-1', '[N/A]', '[N/A]', '[N/A]', '[N/A]']);
    expect(one.read([])?.cards).toEqual([
      {
        uuid: 'GPU-1',
        memoryUsedMiB: {min: 100, max: 100},
        powerW: null,
        smClockMHz: null,
        temperatureMaxC: null,
        clockLimits: [],
        readings: 1,
      },
    ]);
  });

  test('a message in place of a row is no card and no process', () => {
    const one = new TrialReadings();
    one.addMemory(['Unable to determine the device handle', 'GPU is lost']);
    one.addProcess(['No running processes found']);
    expect(one.read([])).toBeNull();
  });

  test('one process that nvidia-smi does not tell leaves no sums', () => {
    const one = new TrialReadings();
    one.addMemory(['t', 'GPU-1', '100']);
    one.addProcess(['t', 'GPU-1', '7', '50']);
    one.addProcess(['t', 'GPU-1', '8', '[N/A]']);
    expect(one.read([owned('chat', [7])])).toMatchObject({servers: [], othersMaxMiB: null});
  });
});

test('of several cards only those count that a server is on', () => {
  const one = new TrialReadings();
  for (const card of ['GPU-1', 'GPU-2']) one.addMemory(['t', card, '100']);
  one.addProcess(['t', 'GPU-2', '7', '90']);
  one.addProcess(['t', 'GPU-1', '8', '80']);
  expect(one.read([owned('chat', [7])])).toMatchObject({cards: [{uuid: 'GPU-2'}], othersMaxMiB: 0});
});

test('sums are of one time, whatever came and went when', () => {
  const time = fc.dictionary(fc.constantFrom('1', '2', '3', '4'), fc.integer({min: 1, max: 1000}));
  fc.assert(
    fc.property(fc.array(time, {minLength: 1}), times => {
      const one = new TrialReadings();
      one.addMemory(['t', 'GPU-1', '1']);
      for (const [index, held] of times.entries())
        for (const [pid, usedMiB] of Object.entries(held))
          one.addProcess([String(index), 'GPU-1', pid, String(usedMiB)]);
      const most = (...pids: string[]) =>
        Math.max(...times.map(held => pids.reduce((sum, pid) => sum + (held[pid] ?? 0), 0)));
      const expected = {chat: most('1', '2'), embed: most('3')};
      const told = one.read([owned('chat', [1, 2]), owned('embed', [3])]);
      const got = Object.fromEntries((told?.servers ?? []).map(({role, memoryMaxMiB}) => [role, memoryMaxMiB]));
      expect({chat: 0, embed: 0, ...got}).toEqual(expected);
      if (expected.chat + expected.embed > 0) expect(told?.othersMaxMiB).toBe(most('4'));
    }),
  );
});
