import {expect, test} from 'vitest';
import type {Suite} from '../schema/suite.ts';
import {planTrials, type StageOptions} from './stages.ts';

const nothing: StageOptions = {
  concurrency: null,
  rate: null,
  arrivals: null,
  maxInFlight: null,
  requests: null,
  duration: null,
  warmup: null,
  promptTokens: null,
  outputTokens: null,
  batch: null,
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
const once: Suite = {...suite, name: 'once', repetitions: 1};

const plan = (options: Partial<StageOptions>, suites: readonly Suite[] = [suite]) =>
  planTrials(suites, {...nothing, ...options});

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
  expect(plan({duration: 5})[0]?.stage.load).toMatchObject({requests: null, durationSeconds: 5});
  const timed: Suite = {
    ...suite,
    stages: suite.stages.map(stage => ({...stage, load: {...stage.load, requests: null, durationSeconds: 9}})),
  };
  expect(plan({requests: 7}, [timed])[0]?.stage.load).toMatchObject({requests: 7, durationSeconds: null});
});

test('--rate turns a closed loop into an open one with Poisson arrivals and keeps its amount', () => {
  expect(plan({rate: 20})[0]?.stage.load).toEqual({
    mode: 'open',
    ratePerSecond: 20,
    arrivals: 'poisson',
    maxInFlight: null,
    requests: 48,
    durationSeconds: null,
    warmup: 4,
  });
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
  expect(plan({concurrency: 3}, [open])[0]?.stage.load).toMatchObject({mode: 'closed', concurrency: 3, requests: 10});
  expect(plan({}, [open])[0]?.stage.load).toEqual(open.stages[0]?.load);
});

test('sizes go only to the workloads that have them', () => {
  const [chat, embed] = plan({promptTokens: 128, outputTokens: 64, batch: 32}).map(({stage}) => stage.workload);
  expect(chat).toEqual({kind: 'chat', promptTokens: 128, outputTokens: 64});
  expect(embed).toEqual({kind: 'embed', batch: 32, promptTokens: 128});
});
