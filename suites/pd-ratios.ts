import type {LoadStage, Suite} from '../src/schema/suite.ts';

const ofLengths = (name: string, promptTokens: number, outputTokens: number, requests: number): LoadStage => ({
  name,
  workload: {kind: 'chat', promptTokens, outputTokens},
  load: {mode: 'closed', concurrency: 32, requests, durationSeconds: null, warmup: 32},
});

/**
 * From all reading to all writing. So many requests that the stages have the same number of tokens, one that is written counting as 14 that
 * are read: then they take about as long (on an H100 with 1.5B parameters some 25 s each). Needs a context of 2.5k tokens.
 */
export const pdRatios: Suite = {
  name: 'pd-ratios',
  question:
    'At which lengths of prompt and answer do separate prefill and decode servers serve better than plain ones?',
  repetitions: 3,
  stages: [
    ofLengths('in-2048-out-32', 2048, 32, 960),
    ofLengths('in-1024-out-128', 1024, 128, 832),
    ofLengths('in-512-out-512', 512, 512, 320),
    ofLengths('in-128-out-1024', 128, 1024, 160),
  ],
};
