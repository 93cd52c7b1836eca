import {describe, expect, test} from 'vitest';
import type {Measured} from './measure.ts';
import type {ProgramRun} from './program-run.ts';
import {measuredAs} from './test-outcome.ts';
import {complaints as complaintsOf, judgedScenario, ratioOverDrain} from './verdict.ts';

const complaints = (measured: Measured[]) => complaintsOf({measured, programs: []});
const cheap = measuredAs(judgedScenario, 'drain', {cpuSeconds: 1});
const ours = (cpuSeconds: number) => measuredAs(judgedScenario, 'ours', {cpuSeconds});

describe('the short form', () => {
  test('passes when everything arrived and an event costs three times the draining of it', () => {
    expect(complaints([ours(3), cheap, measuredAs('32 streams', 'ours')])).toEqual([]);
  });

  test('never judges a duration', () => {
    const slow = measuredAs('32 streams', 'ours', {requestsPerSecond: 0.001, eventsPerSecond: 0.001});
    expect(complaints([ours(3), cheap, slow])).toEqual([]);
  });

  test('names the ratio when an event costs more', () => {
    expect(complaints([ours(3.25), cheap])).toEqual(['an event costs 3.25 times what draining it costs, more than 3']);
  });

  test('takes the ratio over all repetitions', () => {
    expect(ratioOverDrain([ours(1), ours(4), cheap, cheap])).toBe(2.5);
  });

  test('does not pass what it has not measured', () => {
    expect(complaints([ours(1)])).toEqual([`"${judgedScenario}" was not measured with both clients`]);
    expect(complaints([cheap])).toHaveLength(1);
  });

  test.each([
    [
      'failed requests',
      {completed: 670, failed: 2, failure: 'connect: refused'},
      '2 requests failed (connect: refused)',
    ],
    ['requests without an end', {completed: 671}, '671 of 672 requests ended'],
    ['requests that never came', {served: 671}, 'the server read 671 requests of 672'],
    ['lost events', {events: 43_007}, '43007 events counted, 43008 sent'],
    ['streams that were not held', {streamsHeld: 31}, 'held 31 of 32 streams'],
  ])('complains of %s', (_, changes, complaint) => {
    const wrong = complaints([ours(3), cheap, measuredAs('32 streams', 'ours', changes)]);
    expect(wrong).toEqual([`32 streams, ours: ${complaint}`]);
  });

  test('a server without delay holds no streams, and a duration asks for no number of requests', () => {
    const none = measuredAs(judgedScenario, 'ours', {streamsHeld: 0, cpuSeconds: 1});
    expect(complaints([none, cheap, measuredAs('embed', 'ours', {events: 0, eventsSent: 0})])).toEqual([]);
  });

  test('complains of a program that failed or sent another number of requests than it was asked for', () => {
    const name = '512 streams';
    const programs: ProgramRun[] = [
      {name, asked: 4096, served: 4096, exitCode: 0, startSeconds: 0.7, peakMemoryMb: 90},
      {name, asked: 4096, served: 4095, exitCode: null, startSeconds: 0.7, peakMemoryMb: 90},
    ];
    expect(complaintsOf({measured: [ours(3), cheap], programs})).toEqual([
      'npm run bench ended with no exit code; the server read 4095 requests of 4096',
    ]);
  });
});
