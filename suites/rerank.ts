import type {LoadStage, Suite} from '../src/schema/suite.ts';

const workload: LoadStage['workload'] = {kind: 'rerank', batch: 16, promptTokens: 256};

/** The same requests three ways: at a set concurrency, as fast as they go, and as they arrive. */
export const rerank: Suite = {
  name: 'rerank',
  question: 'How fast are the candidates of a code search put in order?',
  repetitions: 3,
  stages: [
    {
      name: 'rerank',
      workload,
      load: {mode: 'closed', concurrency: 8, requests: 700, durationSeconds: null, warmup: 16},
    },
    {
      name: 'rerank-saturated',
      workload,
      load: {mode: 'saturate', concurrency: 32, requests: 700, durationSeconds: null, warmup: 32},
    },
    {
      name: 'rerank-open',
      workload,
      load: {
        mode: 'open',
        arrivals: 'poisson',
        // Less than half of what the slowest engine took on an H100 (35 requests a second), so that hardly any waits.
        ratePerSecond: 15,
        maxInFlight: null,
        requests: 700,
        durationSeconds: null,
        warmup: 16,
      },
    },
  ],
};
