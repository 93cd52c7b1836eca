import type {Suite} from '../src/schema/suite.ts';

export const cacheRepeat: Suite = {
  name: 'cache-repeat',
  question: 'How much sooner does the first token come when the same prompt is sent a second and a third time?',
  repetitions: 3,
  stages: [
    {
      name: 'cache-repeat',
      workload: {kind: 'repeat', promptTokens: 2048, outputTokens: 16, times: 3},
      // One at a time: nothing else is in a TTFT than the request's own prefill.
      load: {mode: 'closed', concurrency: 1, requests: 96, durationSeconds: null, warmup: 6},
    },
  ],
};
