import type {Suite} from '../src/schema/suite.ts';

export const embed: Suite = {
  name: 'embed',
  question: 'How fast is code turned into embeddings while it is being indexed?',
  repetitions: 3,
  stages: [
    {
      name: 'embed',
      // Well below the 512 tokens of BERT embedders: SGLang refuses a text of 512, and the estimate is not exact.
      workload: {kind: 'embed', batch: 8, promptTokens: 256},
      load: {mode: 'closed', concurrency: 16, requests: 700, durationSeconds: null, warmup: 32},
    },
  ],
};
