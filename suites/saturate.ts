import type {Suite} from '../src/schema/suite.ts';

export const saturate: Suite = {
  name: 'saturate',
  question: 'How many texts and documents a second can the engine take at most?',
  repetitions: 3,
  stages: [
    {
      name: 'embed-saturated',
      workload: {kind: 'embed', batch: 16, promptTokens: 128},
      load: {mode: 'saturate', concurrency: 64, requests: 2000, durationSeconds: null, warmup: 64},
    },
    {
      name: 'rerank-saturated',
      workload: {kind: 'rerank', batch: 16, promptTokens: 128},
      load: {mode: 'saturate', concurrency: 32, requests: 700, durationSeconds: null, warmup: 32},
    },
  ],
};
