import type {LoadStage, Suite} from '../src/schema/suite.ts';

// Well below the 512 tokens of BERT embedders: SGLang refuses a text of 512, and the estimate is not exact.
const workload: LoadStage['workload'] = {kind: 'embed', batch: 8, promptTokens: 256};

/** The same requests three ways: at a set concurrency, as fast as they go, and as they arrive. */
export const embed: Suite = {
  name: 'embed',
  question: 'How fast is code turned into embeddings while it is being indexed?',
  repetitions: 3,
  stages: [
    {
      name: 'embed',
      workload,
      load: {mode: 'closed', concurrency: 16, requests: 700, durationSeconds: null, warmup: 32},
    },
    {
      name: 'embed-saturated',
      workload,
      load: {mode: 'saturate', concurrency: 64, requests: 1400, durationSeconds: null, warmup: 64},
    },
    {
      name: 'embed-open',
      workload,
      load: {
        mode: 'open',
        arrivals: 'poisson',
        // Less than half of what the slowest engine took on an H100 (58 requests a second), so that hardly any waits.
        ratePerSecond: 25,
        maxInFlight: null,
        requests: 700,
        durationSeconds: null,
        warmup: 32,
      },
    },
  ],
};
