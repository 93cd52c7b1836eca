import {expect, test} from 'vitest';
import {curlTimesMs} from './forward-cost.ts';
import {StampedLines} from './pod-log.ts';

test('a line is read once, however often the log is read again from the second of the last one', () => {
  const lines = new StampedLines('2026-11-22T10:00:00.500Z');
  expect(lines.since).toBe('2026-11-22T10:00:00Z');
  expect(lines.read('2026-11-22T10:00:00.4Z before')).toBeNull();
  expect(lines.read('2026-11-22T10:00:01.51Z first')).toBe('first');
  expect(lines.read('2026-11-22T10:00:01.512345678Z  second')).toBe(' second');
  expect(lines.since).toBe('2026-11-22T10:00:01Z');
  for (const again of ['2026-11-22T10:00:01.51Z first', '2026-11-22T10:00:01.512345678Z  second'])
    expect(lines.read(again)).toBeNull();
  expect(lines.read('2026-11-22T10:00:02Z')).toBe('');
  expect(lines.read('unable to retrieve container logs')).toBeNull();
});

test('times from inside a pod are those of requests on a connection that was open already', () => {
  expect(curlTimesMs('1 0.004200\n0 0.000500\n0 0.001250\n')).toEqual([0.5, 1.25]);
  expect(curlTimesMs('curl: not found')).toEqual([]);
});
