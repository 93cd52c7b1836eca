import {expect, test} from 'vitest';
import type {Sample} from '../schema/sample.ts';
import {type LoadProgress, ProgressReport} from './progress.ts';
import {Tally} from './tally.ts';

const sample = (scheduledMs: number | null, firstTokenMs: number | null) =>
  ({outcome: 'ok', scheduledMs, sentMs: 10, firstTokenMs}) as Sample;

test('the end of a phase is told, with what was counted and how fast', () => {
  const told: LoadProgress[] = [];
  const tally = new Tally();
  {
    using report = new ProgressReport({
      phase: 'measure',
      totalRequests: 8,
      totalMs: null,
      clock: {now: () => 500},
      tally,
      onProgress: progress => told.push(progress),
    });
    // TTFT from the plan where there is one, else from the send: 50 and 30 ms; a whole reply has none.
    for (const each of [sample(0, 50), sample(null, 40), sample(null, null)]) {
      tally.begin();
      tally.end(each);
      report.add(each);
    }
    tally.begin();
  }
  expect(told).toEqual([
    {
      phase: 'measure',
      sent: 4,
      ended: 3,
      failed: 0,
      inFlight: 1,
      elapsedMs: 500,
      totalRequests: 8,
      totalMs: null,
      requestsPerSecond: 6,
      ttftP50Ms: 40,
      ttftP99Ms: 49.8,
    },
  ]);
});

test('what is not known yet is null', () => {
  const told: LoadProgress[] = [];
  const options = {
    phase: 'warmup',
    totalRequests: null,
    totalMs: 100,
    clock: {now: () => 0},
    tally: new Tally(),
  } as const;
  new ProgressReport({...options, onProgress: progress => told.push(progress)})[Symbol.dispose]();
  expect(told).toMatchObject([{sent: 0, requestsPerSecond: null, ttftP50Ms: null, ttftP99Ms: null}]);
});
