import type {Suite} from '../src/schema/suite.ts';

export const rerank: Suite = {
  name: 'rerank',
  question: 'How fast are the candidates of a code search put in order?',
  repetitions: 3,
  stages: [
    {
      name: 'rerank',
      workload: {kind: 'rerank', batch: 16, promptTokens: 256},
      load: {mode: 'closed', concurrency: 8, requests: 700, durationSeconds: null, warmup: 16},
    },
  ],
};
