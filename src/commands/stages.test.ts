import {expect, test} from 'vitest';
import {loadsOf} from '../schema/stage.ts';
import {type LoadSpec, loadSpec, type Suite} from '../schema/suite.ts';
import type {Trace} from '../traces/read-trace.ts';
import {type PlannedStage, planStages, type StageOptions} from './stages.ts';
import {noWorkloadOptions} from './test-options.ts';

const nothing: StageOptions = {
  concurrency: null,
  rate: null,
  arrivals: null,
  burstiness: null,
  traceSpeed: null,
  maxInFlight: null,
  requests: null,
  duration: null,
  warmup: null,
  ...noWorkloadOptions,
  slo: null,
  levels: null,
  repetitions: null,
};

const suite: Suite = {
  name: 'two',
  question: 'How fast?',
  repetitions: 2,
  stages: [
    {
      name: 'chat',
      workload: {kind: 'chat', promptTokens: 256, outputTokens: 48},
      load: {mode: 'closed', concurrency: 8, requests: 48, durationSeconds: null, warmup: 4},
    },
    {
      name: 'embed',
      workload: {kind: 'embed', batch: 8, promptTokens: 64},
      load: {mode: 'saturate', concurrency: 4, requests: 40, durationSeconds: null, warmup: 0},
    },
  ],
};
const loads = suite.stages.flatMap(loadsOf);
const once: Suite = {...suite, name: 'once', repetitions: 1};

const plan = (options: Partial<StageOptions>, suites: readonly Suite[] = [suite], replayed: Trace | null = null) =>
  planStages(suites, {...nothing, ...options}, {times: replayed, prompts: null});

/** Of a stage that has one load. */
const loadOf = (planned: PlannedStage | undefined): LoadSpec | undefined => planned && loadsOf(planned.stage)[0]?.load;

/** Four arrivals in three seconds. */
const trace: Trace = {
  file: 'x.jsonl',
  sha256: 'abc',
  times: '"timestamp" in ms',
  timesMs: Float64Array.of(500, 500, 1000, 3500),
};

test('a whole repetition runs before the next one begins', () => {
  const order = plan({}).map(({stage, repetition}) => `${stage.name} ${repetition}`);
  expect(order).toEqual(['chat 1', 'embed 1', 'chat 2', 'embed 2']);
});

test('each suite repeats as often as it says itself', () => {
  expect(plan({}, [suite, once]).map(({repetition}) => repetition)).toEqual([1, 1, 1, 1, 2, 2]);
});

test('--repetitions holds for every suite', () => {
  expect(plan({repetitions: 3}, [suite, once])).toHaveLength(12);
});

test('a suite that is not told otherwise runs as it is written', () => {
  expect(plan({repetitions: 1}).map(({stage}) => stage)).toEqual(suite.stages);
});

test('--duration replaces the number of requests, and --requests a duration', () => {
  expect(loadOf(plan({duration: 5})[0])).toMatchObject({requests: null, durationSeconds: 5});
  const timed: Suite = {
    ...suite,
    stages: loads.map(stage => ({...stage, load: {...stage.load, requests: null, durationSeconds: 9}})),
  };
  expect(loadOf(plan({requests: 7}, [timed])[0])).toMatchObject({requests: 7, durationSeconds: null});
});

test('--rate turns a closed loop into an open one with Poisson arrivals and keeps its amount', () => {
  expect(loadOf(plan({rate: 20})[0])).toEqual({
    mode: 'open',
    ratePerSecond: 20,
    arrivals: 'poisson',
    maxInFlight: null,
    requests: 48,
    durationSeconds: null,
    warmup: 4,
  });
});

test('--burstiness makes the arrivals gamma', () => {
  expect(loadOf(plan({rate: 20, burstiness: 0.5})[0])).toMatchObject({
    mode: 'open',
    ratePerSecond: 20,
    arrivals: 'gamma',
    burstiness: 0.5,
  });
});

test("an open suite keeps its own spacing at another rate, and loses it to the command line's", () => {
  const bursty: Suite = {
    ...suite,
    stages: loads.slice(0, 1).map(stage => ({
      ...stage,
      load: {
        mode: 'open',
        ratePerSecond: 5,
        arrivals: 'gamma',
        burstiness: 0.25,
        maxInFlight: null,
        requests: 10,
        durationSeconds: null,
        warmup: 1,
      },
    })),
  };
  expect(loadOf(plan({rate: 9}, [bursty])[0])).toMatchObject({
    arrivals: 'gamma',
    burstiness: 0.25,
    ratePerSecond: 9,
  });
  const uniform = loadOf(plan({arrivals: 'uniform'}, [bursty])[0]);
  expect(uniform).toMatchObject({arrivals: 'uniform', ratePerSecond: 5});
  expect(uniform).not.toHaveProperty('burstiness');
});

test('a trace is replayed whole by every stage, at its mean rate, and the record can tell which it was', () => {
  const planned = plan({repetitions: 1}, [suite], trace);
  expect(planned.map(({traceMs}) => traceMs)).toEqual([trace.timesMs, trace.timesMs]);
  expect(loadOf(planned[0])).toEqual({
    mode: 'open',
    ratePerSecond: 1,
    arrivals: 'trace',
    trace: {file: 'x.jsonl', sha256: 'abc', speed: 1, arrivals: 4},
    maxInFlight: null,
    requests: 4,
    durationSeconds: null,
    warmup: 4,
  });
  expect(loadSpec.safeParse(loadOf(planned[0])).error).toBeUndefined();
});

test('the part of a trace that has no rate of its own is said to have that of the whole', () => {
  for (const requests of [1, 2]) expect(loadOf(plan({requests}, [suite], trace)[0])).toMatchObject({ratePerSecond: 1});
});

test('a trace of which conversations are made has all their turns', () => {
  const conversations: Suite = {
    ...suite,
    stages: loads.slice(0, 1).map(stage => ({
      ...stage,
      workload: {kind: 'prefix', promptTokens: 512, outputTokens: 32, turns: 3},
    })),
  };
  expect(loadOf(plan({}, [conversations], trace)[0])?.requests).toBe(12);
});

test('--trace-speed, --requests and --duration change the replay', () => {
  const load = (options: Partial<StageOptions>) => loadOf(plan(options, [suite], trace)[0]);
  expect(load({traceSpeed: 2})).toMatchObject({ratePerSecond: 2, trace: {speed: 2}, requests: 4});
  expect(load({requests: 3})).toMatchObject({ratePerSecond: 4, requests: 3, trace: {arrivals: 4}});
  expect(load({duration: 2})).toMatchObject({ratePerSecond: 4, requests: null, durationSeconds: 2});
  expect(load({duration: 2, traceSpeed: 2})).toMatchObject({ratePerSecond: 2, durationSeconds: 2});
  expect(load({maxInFlight: 7, warmup: 0})).toMatchObject({maxInFlight: 7, warmup: 0});
});

test('more requests than the trace has are refused before anything is started', () => {
  expect(() => plan({requests: 5}, [suite], trace)).toThrow('--requests asks for 5, and the trace x.jsonl has only 4');
});

test('--concurrency turns an open loop into a closed one', () => {
  const open: Suite = {
    ...suite,
    stages: [
      {
        name: 'chat',
        workload: {kind: 'chat', promptTokens: 256, outputTokens: 48},
        load: {
          mode: 'open',
          ratePerSecond: 5,
          arrivals: 'uniform',
          maxInFlight: 64,
          requests: 10,
          durationSeconds: null,
          warmup: 1,
        },
      },
    ],
  };
  expect(loadOf(plan({concurrency: 3}, [open])[0])).toMatchObject({mode: 'closed', concurrency: 3, requests: 10});
  expect(loadOf(plan({}, [open])[0])).toEqual(open.stages.flatMap(loadsOf)[0]?.load);
});

test('sizes go only to the workloads that have them', () => {
  const [chat, embed] = plan({promptTokens: 128, outputTokens: 64, batch: 32})
    .flatMap(({stage}) => loadsOf(stage))
    .map(({workload}) => workload);
  expect(chat).toEqual({kind: 'chat', promptTokens: 128, outputTokens: 64});
  expect(embed).toEqual({kind: 'embed', batch: 32, promptTokens: 128});
});

test('--levels are the ends of every sweep, and --slo is all that a rate has to keep', () => {
  const load = {mode: 'closed', concurrency: 1, requests: null, durationSeconds: null, warmup: 0} as const;
  const stage = {workload: {kind: 'chat', promptTokens: 64, outputTokens: 8}, load} as const;
  const before = {ttftP99Ms: 500, tpotP99Ms: 50, e2eP99Ms: null};
  const slo = {ttftP99Ms: null, tpotP99Ms: null, e2eP99Ms: 900};
  const rate = {over: 'rate', from: 4, to: 512, slo: before, resolution: 0.05, secondsPerLevel: 30} as const;
  const slots = {over: 'concurrency', from: 1, to: 1024, gainShare: 0.1, requestsPerSlot: 16} as const;
  const sweeps: Suite = {
    name: 'sweeps',
    question: 'How much?',
    repetitions: 1,
    stages: [
      {...stage, name: 'rate', sweep: rate},
      {...stage, name: 'slots', sweep: slots},
    ],
  };
  const sweepsOf = (options: Partial<StageOptions>) =>
    plan(options, [sweeps]).map(planned => 'sweep' in planned.stage && planned.stage.sweep);
  expect(sweepsOf({levels: {from: 2, to: 8}, slo})).toEqual([
    {...rate, from: 2, to: 8, slo},
    {...slots, from: 2, to: 8},
  ]);
  expect(sweepsOf({})).toEqual([rate, slots]);
});
