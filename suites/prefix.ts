import type {Suite} from '../src/schema/suite.ts';

export const prefix: Suite = {
  name: 'prefix',
  question: 'How much faster are the later turns of a conversation, whose beginning the engine has seen before?',
  repetitions: 3,
  stages: [
    {
      name: 'prefix',
      workload: {kind: 'prefix', promptTokens: 2048, outputTokens: 128, turns: 4},
      // 175 whole conversations.
      load: {mode: 'closed', concurrency: 16, requests: 700, durationSeconds: null, warmup: 32},
    },
  ],
};
