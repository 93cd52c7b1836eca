import type {LoadStage, Suite} from '../src/schema/suite.ts';

const first = (name: string, warm: boolean, requests: number): LoadStage => ({
  name,
  workload: {kind: 'warmed', promptTokens: 4096, outputTokens: 16, warm},
  // One at a time: nothing else is in a TTFT than the request's own prefill.
  load: {mode: 'closed', concurrency: 1, requests, durationSeconds: null, warmup: 4},
});

/** Both stages ask 32 first questions; the second sends each one's context before it. Needs a context of 4.5k tokens. */
export const warmPrefix: Suite = {
  name: 'warm-prefix',
  question: 'How much sooner is the first question about a context answered when the context was sent before?',
  repetitions: 3,
  stages: [first('not-warmed', false, 32), first('warmed', true, 64)],
};
