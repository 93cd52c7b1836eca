import {expect, test} from 'vitest';
import {engines} from '../engines/index.ts';
import type {Sample} from '../schema/sample.ts';
import {chatSample, failedSample} from '../stats/test-samples.ts';
import {trialClock} from './clock.ts';
import {joinOpenLoops, type OpenLoopOutcome, runOpenLoop} from './open-loop.ts';
import {SessionFeed} from './session-feed.ts';
import {SharedCounts} from './shared-counts.ts';
import {turnsOf} from './turn.ts';

const outcome = (changes: Partial<OpenLoopOutcome>): OpenLoopOutcome => ({
  ...{arrivals: 10, arrived: 10, planned: {startMs: 0, endMs: 900}, actual: {startMs: 0, endMs: 900}, ramp: null},
  ...{answers: 10, e2eMs: 1000},
  ...changes,
});
const steadyOf = (...parts: readonly Partial<OpenLoopOutcome>[]) => joinOpenLoops(parts.map(outcome)).steady;

test('the steady part of single requests is from the first to the last planned arrival, over all parts', () => {
  expect(steadyOf({})).toEqual({startMs: 0, endMs: 900});
  expect(steadyOf({}, {planned: {startMs: 100, endMs: 1000}})).toEqual({startMs: 0, endMs: 1000});
  expect(steadyOf({planned: null})).toBeNull();
  expect(steadyOf({planned: {startMs: 3, endMs: 3}})).toBeNull();
});

test('arrivals over three mean latencies have a steady part, over less they have none', () => {
  expect(steadyOf({e2eMs: 3000})).not.toBeNull();
  expect(steadyOf({e2eMs: 3001})).toBeNull();
  // 10 answers of 100 ms and 30 of 367 ms are 300 ms on average.
  expect(steadyOf({}, {answers: 30, e2eMs: 11_000})).not.toBeNull();
  expect(steadyOf({}, {answers: 30, e2eMs: 11_001})).toBeNull();
  expect(steadyOf({answers: 0, e2eMs: 0})).toEqual({startMs: 0, endMs: 900}); // nothing was answered: nothing is too long
});

test('of conversations it begins with the end of the one that arrived first, in whichever part', () => {
  const first = {ramp: {startMs: 10, endMs: 300}};
  const second = {ramp: {startMs: 20, endMs: 250}};
  expect(steadyOf(first, second)).toEqual({startMs: 300, endMs: 900});
  expect(steadyOf(second, first)).toEqual({startMs: 300, endMs: 900});
  expect(steadyOf({ramp: {startMs: 10, endMs: 900}})).toBeNull();
  expect(steadyOf({ramp: {startMs: 10, endMs: Number.POSITIVE_INFINITY}})).toBeNull();
});

test('how fast requests were sent does not depend on whether there was a steady part', () => {
  const slow = {actual: {startMs: 0, endMs: 1800}, e2eMs: 5000};
  expect(joinOpenLoops([outcome(slow)])).toMatchObject({steady: null, achievedRateRatio: 0.5});
});

/** Sessions of three requests that arrive at 0, 1 and 2 ms; `send` says what becomes of each. */
const run = (send: (id: string, dueMs: number) => Sample, untilMs = Number.POSITIVE_INFINITY, requests = 3) => {
  const source = {
    at: (index: number) => ({
      id: `s${index}`,
      requests: Array.from({length: requests}, (_, turn) => ({
        ...{kind: 'chat' as const, id: `s${index}.${turn}`, outputTokens: 2},
        messages: [{role: 'user' as const, content: 'hi'}],
      })),
    }),
    requestsBefore: (index: number) => index * requests,
  };
  const lane = {
    sessions: new SessionFeed(source, new SharedCounts().measure, null),
    send: async ({request}: {request: {id: string}}, dueMs: number | null) => send(request.id, dueMs ?? Number.NaN),
  };
  const loop = {
    ...{warmup: lane, measure: lane, clock: trialClock(), untilMs, signal: new AbortController().signal},
    turnsOf: (session: Parameters<typeof turnsOf>[0]) => turnsOf(session, engines.openai, {model: 'm'}),
    fail(thrown: unknown) {
      throw thrown;
    },
  };
  return runOpenLoop({arrivals: {total: 3, dueMs: [0, 1, 2]}, maxInFlight: null, part: {index: 0, of: 1}}, loop);
};
/** By its stamps a request of 4 ms. */
const fourMs = (_: string, dueMs: number) => chatSample({scheduledMs: dueMs, sentMs: dueMs, endMs: dueMs + 4});

test('the load rises until the first conversation has ended, its latencies are counted from the plan', async () => {
  expect(await run(fourMs)).toMatchObject({arrived: 3, ramp: {startMs: 0, endMs: 12}, answers: 9, e2eMs: 36});
});

test('single requests have no such time', async () => {
  expect(await run(fourMs, undefined, 1)).toMatchObject({arrived: 3, ramp: null, answers: 3, e2eMs: 12});
});

test('a conversation that the end of the trial cut off never came to its end', async () => {
  expect(await run(fourMs, 8)).toMatchObject({ramp: {startMs: 0, endMs: Number.POSITIVE_INFINITY}});
});

test('what failed is no latency', async () => {
  const failing = (id: string, dueMs: number) =>
    id.startsWith('s1') ? failedSample('status', 'no', {sentMs: dueMs, endMs: dueMs}) : fourMs(id, dueMs);
  expect(await run(failing)).toMatchObject({arrived: 3, answers: 6, e2eMs: 24});
});
