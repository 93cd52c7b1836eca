import type {Suite} from '../src/schema/suite.ts';

export const smoke: Suite = {
  name: 'smoke',
  question: 'Does every kind of request work on this engine, from end to end, in well under a minute?',
  repetitions: 1,
  stages: [
    {
      name: 'chat',
      workload: {kind: 'chat', promptTokens: 256, outputTokens: 48},
      load: {mode: 'closed', concurrency: 8, requests: 48, durationSeconds: null, warmup: 4},
    },
    {
      name: 'embed',
      workload: {kind: 'embed', batch: 8, promptTokens: 128},
      load: {mode: 'closed', concurrency: 4, requests: 40, durationSeconds: null, warmup: 4},
    },
    {
      name: 'rerank',
      workload: {kind: 'rerank', batch: 8, promptTokens: 128},
      load: {mode: 'closed', concurrency: 4, requests: 40, durationSeconds: null, warmup: 4},
    },
    {
      name: 'prefix',
      workload: {kind: 'prefix', promptTokens: 512, outputTokens: 32, turns: 4},
      // 8 conversations of 4 turns; the warm-up is one conversation.
      load: {mode: 'closed', concurrency: 4, requests: 32, durationSeconds: null, warmup: 4},
    },
  ],
};
