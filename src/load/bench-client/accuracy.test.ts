import {describe, expect, test} from 'vitest';
import {chatSample, failedSample} from '../../stats/test-samples.ts';
import {accuracyOf, askedPerSecond, requestsPerSecond, scheduleAccuracyOf, sendLagOf} from './accuracy.ts';
import type {RequestTruth, Truth} from './truth.ts';

const truthOf = (...requests: RequestTruth[]): Truth => ({
  requests,
  events: 0,
  streamsMax: 0,
  connectionsMax: 0,
  waitedForCoreMs: null,
});
const request = (id: string, readMs: number, ...afterMs: number[]): RequestTruth => ({
  id,
  readMs,
  writtenMs: afterMs.map(ms => readMs + ms),
  plannedMs: 100,
});
const sampleAt = (id: string, sentMs: number, ...afterMs: number[]) =>
  chatSample({id, sentMs, tokenEventsMs: afterMs.map(ms => sentMs + ms)});

describe('the client against the truth', () => {
  test('two clocks may begin anywhere: only durations are compared', () => {
    const samples = [sampleAt('a', 0, 51, 61, 71), sampleAt('b', 1, 53, 63, 73)];
    const truth = truthOf(request('b', 90_001, 50, 60, 70), request('a', 90_000, 50, 60, 70));
    const error = {p50: 2, p99: expect.closeTo(2.98, 9)};
    expect(accuracyOf(samples, truth)).toEqual({
      matched: 2,
      unmatched: 0,
      ttft: error,
      itl: {p50: 0, p99: 0},
      e2e: error,
      ttftEach: error,
    });
  });

  test('percentiles hide what single requests show', () => {
    const samples = [sampleAt('a', 0, 20, 30), sampleAt('b', 0, 50, 60)];
    const truth = truthOf(request('a', 0, 50, 60), request('b', 0, 20, 30));
    const accuracy = accuracyOf(samples, truth);
    expect(accuracy?.ttft).toEqual({p50: 0, p99: 0});
    expect(accuracy?.ttftEach.p99).toBeCloseTo(29.4, 9);
  });

  test('failed requests and those that one side does not know are counted, not compared', () => {
    const samples = [sampleAt('a', 0, 50, 60), sampleAt('x', 0, 1, 2), failedSample('timeout', 'late', {id: 'b'})];
    const truth = truthOf(request('a', 0, 50, 60), request('b', 0, 50, 60));
    expect(accuracyOf(samples, truth)).toMatchObject({matched: 1, unmatched: 2});
  });

  test('replies that were written at once have nothing to compare', () => {
    expect(accuracyOf([sampleAt('a', 0, 1, 1)], truthOf(request('a', 0, 0)))).toBeNull();
  });
});

describe('rates of a closed loop', () => {
  test('count while every slot ran: the start-up burst and the drain are not held against the client', () => {
    // Two slots with two requests of 100 ms each, one of them 50 ms later: 20 a second, whatever the 250 ms say.
    const samples = [0, 50, 100, 150].map(sentMs => ({sentMs, endMs: sentMs + 100}));
    expect(requestsPerSecond(samples, 2)).toBe(20);
  });

  test('what the client loses between two requests counts', () => {
    const samples = [0, 125].map(sentMs => ({sentMs, endMs: sentMs + 100}));
    expect(requestsPerSecond(samples, 1)).toBeCloseTo(2000 / 225, 9);
  });

  test('the rate asked for is the plan alone, and there is none for replies without delay', () => {
    expect(askedPerSecond(truthOf(request('a', 0, 50), request('b', 0, 50)), 2)).toBe(20);
    expect(askedPerSecond(truthOf({...request('a', 0, 0), plannedMs: 0}), 2)).toBeNull();
  });
});

describe('an open loop', () => {
  const scheduled = (id: string, scheduledMs: number, sentMs: number, endMs: number) =>
    chatSample({id, scheduledMs, sentMs, lastTokenMs: endMs, endMs});

  test('is judged from a plan that the client has no hand in', () => {
    // Every 10 ms; the second request waited 30 ms for a place and the client tells 1 ms too much of it.
    const truth = truthOf(request('a', 500, 5), request('b', 540, 5));
    const samples = [scheduled('b', 10, 40, 46), scheduled('a', 0, 0, 5)];
    expect(scheduleAccuracyOf(samples, truth, 10)).toEqual({
      told: {p50: 20.5, p90: expect.closeTo(32.9, 9), p99: expect.closeTo(35.69, 9)},
      real: {p50: 20, p90: expect.closeTo(32, 9), p99: expect.closeTo(34.7, 9)},
      worstMs: 1,
      lastLagMs: 30,
    });
  });

  test('the plan does not begin later because the first request was sent late', () => {
    const truth = truthOf(request('a', 515, 5), request('b', 510, 5));
    const samples = [scheduled('a', 0, 15, 20), scheduled('b', 10, 10, 15)];
    expect(scheduleAccuracyOf(samples, truth, 10)).toMatchObject({real: {p50: 12.5}, worstMs: 0});
  });

  test('a client that counts from its sends is found out', () => {
    const truth = truthOf(request('a', 500, 5), request('b', 540, 5));
    const samples = [scheduled('a', 0, 0, 5), scheduled('b', 40, 40, 45)];
    expect(scheduleAccuracyOf(samples, truth, 10)?.worstMs).toBe(30);
  });

  test('lag is of what was scheduled, and null where nothing was', () => {
    const lags = [0, 1, 2].map(lag => ({scheduledMs: 100, sentMs: 100 + lag}));
    expect(sendLagOf(lags)).toEqual({p50: 1, p99: 1.98});
    expect(sendLagOf([{scheduledMs: null, sentMs: 7}])).toBeNull();
  });
});
