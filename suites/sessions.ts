import type {Suite} from '../src/schema/suite.ts';

export const sessions: Suite = {
  name: 'sessions',
  question:
    'Does the engine keep conversations in its cache while many users think, and are later turns faster for it?',
  repetitions: 3,
  stages: [
    // First: also a server that cannot be put under the load below is examined.
    {name: 'session-client', examine: {kind: 'sessions'}},
    {
      name: 'sessions',
      workload: {
        kind: 'prefix',
        promptTokens: 2048,
        outputTokens: 128,
        turns: 5,
        thinkSeconds: 1,
        // As a client of its own would: what the engine said is resent, so that it may find that in its cache too.
        history: 'engine',
      },
      // 64 users with five conversations each, after one each that is not measured.
      load: {mode: 'closed', concurrency: 64, requests: 1600, durationSeconds: null, warmup: 320},
    },
  ],
};
