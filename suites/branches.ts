import type {Suite} from '../src/schema/suite.ts';

export const branches: Suite = {
  name: 'branches',
  question: 'Does a conversation that goes on in several ways pay for its history once?',
  repetitions: 3,
  stages: [
    {
      name: 'branches',
      workload: {kind: 'prefix', promptTokens: 2048, outputTokens: 64, turns: 3, branches: 4},
      // 48 whole conversations of 2 turns and 4 endings.
      load: {mode: 'closed', concurrency: 16, requests: 288, durationSeconds: null, warmup: 12},
    },
  ],
};
