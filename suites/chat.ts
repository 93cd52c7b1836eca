import type {Suite} from '../src/schema/suite.ts';

export const chat: Suite = {
  name: 'chat',
  question: 'How fast are single questions about code answered when 32 users ask at once?',
  // One run can make either engine look faster: three identical runs of one engine differed by 29 % on an H100.
  repetitions: 3,
  stages: [
    {
      name: 'chat',
      workload: {kind: 'chat', promptTokens: 512, outputTokens: 128},
      // A P99 is certified from 662 successful requests on: 700 leaves room for a few that fail.
      load: {mode: 'closed', concurrency: 32, requests: 700, durationSeconds: null, warmup: 32},
    },
  ],
};
