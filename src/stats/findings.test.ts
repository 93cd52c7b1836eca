import {globSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {exampleTrial} from '../records/test-run.ts';
import {projectRoot} from '../root.ts';
import type {Sample} from '../schema/sample.ts';
import type {LoadSpec} from '../schema/suite.ts';
import type {Trial} from '../schema/trial.ts';
import {judgedCodes, judgeTrial} from './findings.ts';
import {chatSample, chatSampleAt, failedSample} from './test-samples.ts';
import {TrialFacts} from './trial-facts.ts';

const amount = {requests: 10, durationSeconds: null, warmup: 0};
const closed = (concurrency: number): LoadSpec => ({mode: 'closed', concurrency, ...amount});
const open: LoadSpec = {mode: 'open', ratePerSecond: 10, arrivals: 'uniform', maxInFlight: null, ...amount};
const {client} = exampleTrial();

/** Ten requests of 81 ms, one after the other, in a window that they fill: one is always in flight. */
const backToBack: readonly Sample[] = Array.from({length: 10}, (_, index) => chatSampleAt(index * 81));
const sound: Partial<Trial> = {
  workload: {kind: 'chat', promptTokens: 100, outputTokens: 4},
  load: closed(1),
  window: {startMs: 0, endMs: 810, kind: 'steady'},
};

const judge = (
  changes: Partial<Trial> = {},
  {
    samples = backToBack,
    plannedRequests = samples.length,
    unsent = 0,
  }: {samples?: readonly Sample[]; plannedRequests?: number | null; unsent?: number} = {},
) => {
  const ok = samples.filter(({outcome}) => outcome === 'ok').length;
  const trial = exampleTrial({...sound, counts: {ok, failed: samples.length - ok}, ...changes});
  const facts = new TrialFacts(trial.window);
  for (const sample of samples) facts.add(sample);
  return judgeTrial({trial, facts, plannedRequests, unsent});
};

const codesOf = (findings: ReturnType<typeof judge>) => findings.map(({severity, code}) => `${severity} ${code}`);

test('a sound trial has no finding', () => {
  expect(judge()).toEqual([]);
});

describe('the client as the bottleneck', () => {
  test('5 ms of event-loop lag pass, more void the trial', () => {
    expect(judge({client: {...client, loopLagP99Ms: 5}})).toEqual([]);
    expect(judge({client: {...client, loopLagP99Ms: 7.26}})).toEqual([
      {
        code: 'client-lag',
        severity: 'void',
        message:
          'The client was the bottleneck: its event loop lagged 7.3 ms at p99 (limit 5 ms), and its own delay is in every latency',
        hint: 'Stop other programs on this machine, spread the load with --workers, or lower the concurrency or rate.',
      },
    ]);
  });

  test('the worst second is named where seconds were recorded', () => {
    const seconds = {
      ...{sent: [1, 1, 1], ended: [1, 1, 1], heldMean: [1, 1, 1], gcPauseMs: [0, 0, 0], connectionsRefused: [0, 0, 0]},
      ...{loopLagMaxMs: [null, 41, 7], scheduleLagMaxMs: [6, 8.04, 0]},
    };
    const lagging = {...client, seconds, loopLagP99Ms: 6, scheduleLagP99Ms: 6};
    const [loop, schedule] = judge({load: open, client: lagging});
    expect(loop?.message).toMatch(/ in every latency \(worst in second 2: 41\.0 ms\)$/);
    expect(schedule?.message).toMatch(/: the client was the bottleneck \(worst in second 2: 8\.0 ms\)$/);
  });

  test('connections that were refused are a warning, and another HTTP client than plain sockets is told', () => {
    expect(codesOf(judge({client: {...client, connectionsRefused: 0}}))).toEqual([]);
    expect(codesOf(judge({client: {...client, connectionsRefused: 2}}))).toEqual(['warning connections-refused']);
    const [finding] = judge({client: {...client, httpSwitched: 'a status line of HTTP/0.9'}});
    expect(finding).toMatchObject({severity: 'note', code: 'client-switched'});
    expect(finding?.message).toContain('(a status line of HTTP/0.9)');
  });

  test('a lag that was not measured does not pass', () => {
    expect(codesOf(judge({client: {...client, loopLagP99Ms: null}}))).toEqual(['void client-lag-unknown']);
  });

  test('5 ms of schedule lag pass, more void the trial', () => {
    expect(judge({client: {...client, scheduleLagP99Ms: 5}})).toEqual([]);
    expect(codesOf(judge({client: {...client, scheduleLagP99Ms: 5.1}}))).toEqual(['void schedule-lag']);
  });

  test('schedule lag from a full queue says so and how to widen it', () => {
    const lagging = {...client, scheduleLagP99Ms: 40, inFlightMax: 8};
    const [finding] = judge({client: lagging, load: {...open, maxInFlight: 8}});
    expect(finding).toMatchObject({code: 'schedule-lag', hint: 'Raise --max-in-flight, or lower the rate.'});
    expect(finding?.message).toContain('all 8 places in flight were taken');
  });

  test('99 % of the planned rate pass, less void the trial', () => {
    expect(judge({load: open, client: {...client, achievedRateRatio: 0.99}})).toEqual([]);
    expect(codesOf(judge({load: open, client: {...client, achievedRateRatio: 0.9899}}))).toEqual([
      'void rate-not-reached',
    ]);
  });

  test('a trace is slowed down by its speed, not by a rate', () => {
    const trace = {file: 'a.jsonl', sha256: '0', speed: 2, arrivals: 10};
    const [finding] = judge({load: {...open, arrivals: 'trace', trace}, client: {...client, achievedRateRatio: 0.9}});
    expect(finding?.hint).toContain('Lower --trace-speed');
  });

  test('one request of 100 left unsent is a warning, two void the trial', () => {
    const samples = backToBack.concat(Array.from({length: 90}, () => chatSampleAt(9 * 81)));
    const plan = {samples, plannedRequests: null};
    const many = {load: open, window: {startMs: 0, endMs: 1, kind: 'whole' as const}};
    expect(codesOf(judge(many, {...plan, unsent: 1}))).toContain('warning unsent');
    expect(codesOf(judge(many, {...plan, unsent: 2}))).toContain('void unsent');
  });

  test('a planned request of which nobody knows anything counts as unsent', () => {
    const [finding] = judge({}, {plannedRequests: 12});
    expect(finding).toMatchObject({code: 'unsent', severity: 'void'});
    expect(finding?.message).toContain('2 of 12 planned requests were never sent');
  });
});

describe('the replies', () => {
  const failing = (failed: number) => {
    const samples = Array.from({length: 100}, (_, index) =>
      index < failed
        ? failedSample('status', 'HTTP 503', {sentMs: index * 81, endMs: (index + 1) * 81})
        : chatSampleAt(index * 81),
    );
    const failures = [{kind: 'status', count: failed, firstMessage: 'HTTP 503'}];
    return judge({failures, window: {startMs: 0, endMs: 8100, kind: 'steady'}}, {samples});
  };

  test('1 % of failures is a warning, more void the trial', () => {
    expect(codesOf(failing(1))).toEqual(['warning errors']);
    expect(codesOf(failing(2))).toEqual(['void errors']);
    expect(failing(2)[0]?.message).toBe('2 of 100 requests failed (2.0 %, limit 1.0 %): 2 status; first: HTTP 503');
  });

  describe('where a shard was lost and the others were ended', () => {
    const ended = (own: number, of: number) => {
      const failures = [
        {kind: 'aborted', count: 8, firstMessage: 'the run was interrupted'},
        ...(own === 0 ? [] : [{kind: 'status', count: own, firstMessage: 'HTTP 500'}]),
      ];
      const parts = Array.from({length: of}, (_, index) => ({
        ...{index, host: `load-${index}`, workers: 1, counts: {ok: 1, failed: 0}, startedLateMs: 0, inFlightMax: 1},
        ...{clock: {reference: 'peer' as const, offsetMs: 0, errorMs: 1}, loopLagP99Ms: 1, scheduleLagP99Ms: null},
      }));
      const found = judge({counts: {ok: 100 - own, failed: 8 + own}, failures, shards: {of: 2, parts}});
      return found.find(({code}) => code === 'errors');
    };

    test("the requests that this cut off are no errors, and the server's own are judged without them", () => {
      expect(ended(0, 1)).toBeUndefined();
      expect(ended(1, 1)).toMatchObject({
        severity: 'warning',
        message: expect.stringMatching(/^1 of 100 .*: 1 status;/),
      });
      expect(ended(2, 1)).toMatchObject({
        severity: 'void',
        message: expect.stringMatching(/^2 of 100 .*first: HTTP 500$/),
      });
    });

    test('with all shards there they count', () => {
      expect(ended(0, 2)).toMatchObject({severity: 'void', message: expect.stringMatching(/^8 of 108 .*: 8 aborted;/)});
    });
  });

  test('a trial without a request is void, not flawless', () => {
    expect(codesOf(judge({counts: {ok: 0, failed: 0}, window: null}, {samples: [], plannedRequests: 0}))).toEqual([
      'void nothing-measured',
    ]);
  });

  test('answers 10 % short pass, shorter ones void the trial', () => {
    const asked = (outputTokens: number) => judge({workload: {kind: 'chat', promptTokens: 100, outputTokens}});
    expect(judge({workload: {kind: 'chat', promptTokens: 100, outputTokens: 4}})).toEqual([]);
    expect(codesOf(asked(5))).toEqual(['void output-length']);
    const eighteen = [chatSampleAt(0, {outputTokens: 18, tokensPerEvent: [6, 6, 3, 3]})];
    const once = {load: open, window: {startMs: 0, endMs: 81, kind: 'steady' as const}};
    expect(
      judge({...once, workload: {kind: 'chat', promptTokens: 100, outputTokens: 20}}, {samples: eighteen}),
    ).toEqual([]);
  });

  test('where the length is drawn, or a warming request asks for one token, the reason for the end tells', () => {
    const drawn = {draw: 'uniform', min: 2, max: 400} as const;
    const early = (count: number) =>
      backToBack.map((sample, index) => (index < count ? {...sample, finishReason: 'stop'} : sample));
    for (const workload of [
      {kind: 'chat', promptTokens: 100, outputTokens: drawn},
      {kind: 'warmed', promptTokens: 100, outputTokens: 400, warm: true},
      {kind: 'trace', file: 'x.jsonl', sha256: 'abc', rows: 9, blockTokens: 512},
    ] as const) {
      expect(judge({workload}, {samples: early(1)})).toEqual([]);
      const [finding] = judge({workload}, {samples: early(2)});
      expect(finding).toMatchObject({code: 'output-length', severity: 'void'});
      expect(finding?.message).toContain('2 of 10 answers ended before the length that was asked for');
    }
  });

  test('answers without a token count are a warning: their length was not checked', () => {
    const samples = backToBack.with(3, chatSampleAt(3 * 81, {outputTokens: null}));
    const [finding] = judge({}, {samples});
    expect(finding).toMatchObject({code: 'output-tokens-unknown', severity: 'warning'});
    expect(finding?.message).toContain('1 of 10 answers');
  });

  test('more tokens than events are noted, because ITL then is per event', () => {
    const workload = {kind: 'chat', promptTokens: 100, outputTokens: 8} as const;
    const samples = backToBack.map(sample => ({...sample, outputTokens: 8}));
    const [finding] = judge({workload}, {samples});
    expect(finding).toMatchObject({code: 'tokens-per-event', severity: 'note'});
    expect(finding?.message).toContain('80 output tokens in 40 events (2.00 a piece)');
    expect(judge({workload}, {samples: samples.map(sample => ({...sample, tokensPerEvent: [2, 2, 2, 2]}))})).toEqual(
      [],
    );
  });
});

describe('what the numbers stand for', () => {
  test('a trial without a steady part is a warning', () => {
    const window = {startMs: 0, endMs: 810, kind: 'whole' as const};
    expect(codesOf(judge({window}))).toEqual(['warning no-steady-window']);
    // An open loop's latencies may be long because it is too fast.
    expect(judge({window, load: open})).toMatchObject([
      {code: 'no-steady-window', hint: 'Raise --requests or --duration; if it stays, lower the rate.'},
    ]);
  });

  test('400 requests do not certify a P99, and the note says how many would', () => {
    const ttftMs = {n: 400, mean: 1, p50: 1, p90: 1, p95: 1, p99: null, max: 1};
    expect(judge({ttftMs})).toEqual([
      {
        code: 'p99-not-certified',
        severity: 'note',
        message: 'No P99: n too small (have 400, need 662)',
        hint: 'Use --requests 662 or more.',
      },
    ]);
  });
});

describe("the server's counters of its prefix cache", () => {
  test('may differ from the replies by a hundredth, and more is a warning', () => {
    expect(judge({prefixHits: {byRequests: 0.5, byCounters: 0.509}})).toEqual([]);
    const [finding, ...others] = judge({prefixHits: {byRequests: 0.5, byCounters: 0.75}});
    expect(others).toEqual([]);
    expect(finding).toMatchObject({code: 'cache-counters', severity: 'warning'});
    expect(finding?.message).toBe(
      "The prefix cache had 75.0 % of the prompt tokens by the server's counters and 50.0 % by its replies",
    );
  });

  test('are not held against a trial that did not run alone, nor where one of the two is not known', () => {
    expect(judge({prefixHits: {byRequests: 0.5, byCounters: 0.75}, together: [0, 1]})).toEqual([]);
    expect(judge({prefixHits: {byRequests: null, byCounters: 0.75}})).toEqual([]);
  });
});

test('contexts that are asked about again before their first answer are told of', () => {
  const visited = (contexts: number, concurrency: number) =>
    judge({
      workload: {kind: 'revisit', promptTokens: 100, outputTokens: 4, contexts, visits: 2},
      load: {mode: 'closed', concurrency, requests: 2 * contexts, durationSeconds: null, warmup: 0},
    }).find(({code}) => code === 'visits-overlap');
  expect(visited(4, 4)).toBeUndefined();
  expect(visited(3, 4)).toMatchObject({
    severity: 'warning',
    message: '4 requests were in flight over 3 contexts: some were asked about again before their first answer',
  });
});

test('turns that were never sent because one before them failed are told as that', () => {
  const workload = {kind: 'prefix', promptTokens: 100, outputTokens: 4, turns: 2, history: 'engine'} as const;
  const samples = [...backToBack.slice(0, 9), failedSample('timeout', 'late')];
  const findings = judge({workload}, {samples, plannedRequests: 11, unsent: 1});
  expect(findings.find(({code}) => code === 'unsent')).toMatchObject({
    message: '1 of 11 planned requests were never sent: a failed turn ended their conversation',
    hint: 'See why requests failed.',
  });
});

test('requests that a trace had no rows for are told as that, and others that were not sent are not', () => {
  const traced = (rows: number) =>
    judge(
      {workload: {kind: 'trace', file: 'x.jsonl', sha256: 'abc', rows, blockTokens: 512}},
      {plannedRequests: 12, unsent: 2},
    ).find(({code}) => code === 'unsent');
  expect(traced(10)).toMatchObject({
    severity: 'void',
    message: '2 of 12 planned requests were never sent: the trace ran out after its 10 requests',
    hint: 'Lower the rate or the duration, or give a longer trace.',
  });
  expect(traced(11)?.message).toContain('the trial ended before their turn');
});

describe("Little's law", () => {
  test('a closed loop whose slots stand half empty is a warning', () => {
    const [finding] = judge({load: closed(2)});
    expect(finding).toMatchObject({code: 'littles-law', severity: 'warning'});
    expect(finding?.message).toContain('1.0 requests were in flight on average where 2 were planned');
  });

  test('slots stand empty while their users think: only what ended is held against what was in flight', () => {
    const workload = {kind: 'prefix', promptTokens: 100, outputTokens: 4, turns: 2, thinkSeconds: 1} as const;
    expect(judge({load: closed(2), workload})).toEqual([]);
    expect(codesOf(judge({load: closed(2), workload: {...workload, thinkSeconds: 0}}))).toEqual([
      'warning littles-law',
    ]);
    const samples = backToBack.map(sample => ({...sample, endMs: 10_000}));
    const [finding] = judge({load: closed(2), workload}, {samples});
    expect(finding).toMatchObject({code: 'littles-law', hint: 'Measure for longer.'});
  });

  test('requests that reach beyond the window count with their part inside it', () => {
    const [samples, window] = [
      [chatSample({sentMs: -1000, endMs: 2000})],
      {startMs: 0, endMs: 1000, kind: 'steady' as const},
    ];
    expect(judge({load: closed(1), window}, {samples})).toEqual([]);
  });

  test('an open loop in balance has rate times latency in flight', () => {
    expect(judge({load: open})).toEqual([]);
  });

  test('an open loop in which requests pile up is a warning', () => {
    const samples = backToBack.map(sample => ({...sample, endMs: 10_000}));
    const [finding] = judge({load: open}, {samples});
    expect(finding).toMatchObject({code: 'littles-law', severity: 'warning'});
    // On average (810 + 729 + … + 81) / 810 = 5.5 in flight, and none ended.
    expect(finding?.message).toContain('5.5 requests were in flight on average where rate times latency gives 0.0');
  });

  test('failed requests are in flight like any other', () => {
    const samples = backToBack.with(4, failedSample('status', 'HTTP 500', {sentMs: 4 * 81, endMs: 5 * 81}));
    expect(judge({}, {samples})).toEqual([]);
  });

  test('it is not asked of a trial without a steady part', () => {
    expect(codesOf(judge({load: closed(9), window: {startMs: 0, endMs: 810, kind: 'whole'}}))).not.toContain(
      'warning littles-law',
    );
  });
});

test('all that the gates can say is known by its code', () => {
  const files = globSync('src/stats/{*-gates,prefix-hits}.ts', {cwd: projectRoot});
  const codes = files.flatMap(file => [
    ...readFileSync(join(projectRoot, file), 'utf8').matchAll(/\bcode: '([\w-]+)'/g),
  ]);
  expect(codes.length).toBeGreaterThan(20);
  expect(new Set(codes.map(([, code]) => code))).toEqual(judgedCodes);
});
