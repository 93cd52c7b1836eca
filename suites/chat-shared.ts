import type {LoadStage, Suite} from '../src/schema/suite.ts';

const shared = (percent: number): LoadStage => ({
  name: `shared-${percent}`,
  workload: {kind: 'chat', promptTokens: 2048, outputTokens: 64, sharedPrefix: percent / 100, contexts: 8},
  load: {mode: 'closed', concurrency: 32, requests: 256, durationSeconds: null, warmup: 32},
});

/** Stages differ in nothing but the share, so that their ratio is what the prefix cache brings. */
export const chatShared: Suite = {
  name: 'chat-shared',
  question: 'How much more can be answered when the questions are about the same code?',
  repetitions: 2,
  stages: [shared(0), shared(50), shared(80), shared(95)],
};
