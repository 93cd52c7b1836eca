import {describe, expect, test} from 'vitest';
import type {GatewayLine} from '../../schema/journal.ts';
import {chanceOfAtLeast} from '../../stats/binomial.ts';
import {type Simulated, simulatedWatch, spec, struckAt} from './test-watch.ts';
import {CandidateWatch, type Sight, type Watching} from './watch-candidate.ts';

const runs = (count: number, simulated: Omit<Simulated, 'seed'>) =>
  Array.from({length: count}, (_, seed) => simulatedWatch({...simulated, seed}));
const load = {seconds: 60, ratePerSecond: 40, until: 'broken'} as const;
const equal = struckAt(0, {});

describe('a candidate that is within its limits', () => {
  test.each([
    ['as good as the baseline, in a canary', equal, 0.3],
    ['just at every limit', struckAt(0, {failedShare: 0.01, slower: 1.5, mibPerMinute: 60}), 1],
    ['just at every limit, in a canary', struckAt(0, {failedShare: 0.01, slower: 1.5, mibPerMinute: 60}), 0.3],
  ])('%s: 240 looks call it broken in fewer than alpha of the runs', (_, candidate, share) => {
    const count = 24;
    const alarms = runs(count, {...load, candidate, share}).filter(({outcome}) => outcome === 'broken').length;
    // So many would be no surprise were the chance alpha.
    expect(chanceOfAtLeast(alarms, count, 0.05)).toBeGreaterThan(0.1);
  });

  test('is shown to be healthy within a minute; one that fails just too often is not', () => {
    const healthy = runs(10, {...load, share: 1, candidate: equal, until: 'healthy', changes: {maxErrorShare: 0.02}});
    expect(healthy.filter(({outcome}) => outcome === 'healthy').length).toBeGreaterThanOrEqual(9);
    const failing = struckAt(0, {failedShare: 0.02});
    const wrong = runs(20, {...load, share: 1, candidate: failing, until: 'healthy', changes: {maxErrorShare: 0.02}});
    expect(chanceOfAtLeast(wrong.filter(({outcome}) => outcome === 'healthy').length, 20, 0.05)).toBeGreaterThan(0.1);
  });
});

describe('a candidate that is struck after 30 s', () => {
  test.each([
    ['all fail', {failedShare: 1}, 1, 'errors', 1],
    ['all fail, in a canary of 10 %', {failedShare: 1}, 0.1, 'errors', 3],
    ['a quarter fail', {failedShare: 0.25}, 1, 'errors', 3],
    ['three times as slow', {slower: 3}, 1, 'latency', 10],
    ['three times as slow, in a canary of 30 %', {slower: 3}, 0.3, 'latency', 12],
    ['64 MiB a second', {mibPerMinute: 3840}, 1, 'memory', 12],
  ] as const)('%s: seen by %s within seconds', (_, struck, share, signal, withinSeconds) => {
    const seen = runs(5, {...load, share, candidate: struckAt(30, struck)});
    expect(seen.map(run => run.signal)).toEqual(seen.map(() => signal));
    const delays = seen.map(({atSeconds}) => atSeconds - 30).sort((a, b) => a - b);
    expect(Math.min(...delays)).toBeGreaterThan(0);
    expect(delays.at(-1)).toBeLessThanOrEqual(withinSeconds);
  });
});

const watching: Watching = {spec, alpha: 0.05, arm: 'candidate', sinceMs: 0, plannedLooks: 240, before: []};
const calm: Sight = {nowMs: 1000, oldestSilentMs: null, memory: [], answers: null, died: null};
const line: GatewayLine = {
  ...{seq: 1, id: 'a', kind: 'embed', target: 'candidate', mirror: false, outcome: 'served', status: 200, code: null},
  ...{receivedMs: 10, askedMs: 10, firstByteMs: 12, endMs: 20, asked: 1, items: 1},
};

test('a leak of which there is one reading a second, as Docker gives them, is seen with a short window as well', () => {
  const watch = new CandidateWatch({...watching, spec: {...spec, windowSeconds: 1}});
  const memory = Array.from({length: 13}, (_, second) => ({
    ...{atMs: second * 1000, arm: 'candidate' as const, simulated: false},
    ...{vramMiB: 600 + 128 * second, hostMiB: null},
  }));
  expect(watch.look({...calm, nowMs: 12_100, memory})).toMatchObject({outcome: 'broken', signal: 'memory'});
});

describe('what needs no statistics', () => {
  test.each([
    ['died', {died: 'It ended with exit code 137.'}, 'It ended with exit code 137.'],
    ['hang', {oldestSilentMs: 5001}, 'A request has waited for 5.0 s without a byte; 5 s is the limit.'],
    [
      'answers',
      {answers: [{role: 'embed', outcome: 'differs', detail: 'cosine 0.2.'}]},
      'embed answers differently: cosine 0.2.',
    ],
  ] as const)('%s breaks it at once', (signal, sight, detail) => {
    expect(new CandidateWatch(watching).look({...calm, ...sight})).toEqual({outcome: 'broken', signal, detail});
  });

  test('nothing seen is nothing shown', () => {
    expect(new CandidateWatch(watching).look({...calm, oldestSilentMs: 4999})).toMatchObject({
      outcome: 'open',
      signal: 'errors',
    });
  });
});

describe('which requests count', () => {
  const seenAfter = (lines: readonly GatewayLine[], changes: Partial<Watching> = {}) => {
    const watch = new CandidateWatch({...watching, ...changes});
    for (const each of lines) watch.add(each);
    return watch.look(calm);
  };
  const times = (count: number, change: Partial<GatewayLine>) =>
    Array.from({length: count}, () => ({...line, ...change}));

  test('a candidate that nobody can reach is found where no standby steps in: nothing is sent to it then', () => {
    const unreached = {outcome: 'refused', status: 503, askedMs: null, firstByteMs: null} as const;
    expect(seenAfter(times(5, unreached))).toMatchObject({outcome: 'broken', signal: 'errors'});
  });

  test('refused ones are not served, and a standby that stepped in did so because the candidate refused', () => {
    expect(seenAfter(times(5, {outcome: 'refused'}))).toMatchObject({outcome: 'broken', signal: 'errors'});
    expect(seenAfter(times(5, {target: 'baseline', asked: 2}))).toMatchObject({outcome: 'broken', signal: 'errors'});
  });

  test('what the standby answered is told apart from what failed', () => {
    const lines = [...times(40, {target: 'baseline', asked: 2}), ...times(2, {outcome: 'failed'}), ...times(4, {})];
    expect(seenAfter(lines).detail).toBe('42 of 46 asks failed (the standby answered 40) in 10 s; at most 1 % may.');
  });

  test("the baseline's, those that were sent before, and those whose caller went away do not", () => {
    expect(seenAfter(times(5, {outcome: 'failed', target: 'baseline'}))).toMatchObject({outcome: 'open'});
    expect(seenAfter(times(5, {outcome: 'failed'}), {sinceMs: 11})).toMatchObject({outcome: 'open'});
    expect(seenAfter(times(5, {outcome: 'gone'}))).toMatchObject({outcome: 'open'});
  });

  test('where none may fail, the first one that does breaks it', () => {
    expect(seenAfter(times(1, {outcome: 'failed'}), {spec: {...spec, maxErrorShare: 0}})).toMatchObject({
      outcome: 'broken',
    });
  });
});

describe('the baseline after the way back', () => {
  /** Half a dozen requests a second, alternately 10 and 12 ms: for 40 s before, and since. */
  const served = (fromMs: number, seconds: number, tookMs = 0): GatewayLine[] =>
    Array.from({length: seconds * 6}, (_, at) => {
      const askedMs = fromMs + (at * 1000) / 6;
      const endMs = askedMs + 10 + 2 * (at % 2) + tookMs;
      return {...line, target: 'baseline' as const, receivedMs: askedMs, askedMs, firstByteMs: endMs, endMs};
    });
  const recovery = (lines: readonly GatewayLine[], nowMs: number) => {
    const watch = new CandidateWatch({...watching, arm: 'baseline', sinceMs: 100_000, before: served(0, 40)});
    for (const each of lines) watch.add(each);
    return watch.look({...calm, nowMs});
  };

  test('has recovered once its latency is back, however few have been served by then', () => {
    expect(recovery(served(100_000, 10), 110_000)).toMatchObject({outcome: 'healthy', signal: null});
    expect(recovery([], 110_000)).toMatchObject({
      outcome: 'open',
      signal: 'errors',
      detail: 'No request has ended yet.',
    });
  });

  test('has not while it is slow, and the bound by which it is not shown is told', () => {
    expect(recovery(served(100_000, 10, 6), 110_000)).toMatchObject({
      ...{outcome: 'broken', signal: 'latency'},
      detail: "embed e2e is 1.55 times the baseline's, at least 1.52 by what is seen; the limit is 1.5.",
    });
    const open = recovery(served(100_000, 10, 5.4), 110_000);
    expect(open).toMatchObject({outcome: 'open', signal: 'latency'});
    expect(open.detail).toMatch(
      /^embed e2e is 1\.\d+ times the baseline's, at most 1\.5\d* by what is seen; the limit is 1\.5: not shown to be below it yet\.$/,
    );
  });

  test('has not while its requests fail', () => {
    const failing = served(100_000, 10).map(one => ({...one, outcome: 'failed' as const}));
    expect(recovery(failing, 110_000)).toMatchObject({outcome: 'broken', signal: 'errors'});
  });
});
