import type {LoadStage, Suite} from '../src/schema/suite.ts';

/** Decode time for each number of requests that run at once. */
const decode = (concurrency: number, requests: number): LoadStage => ({
  name: `decode-${concurrency}`,
  workload: {kind: 'chat', promptTokens: 256, outputTokens: 128},
  load: {mode: 'closed', concurrency, requests, durationSeconds: null, warmup: concurrency},
});

/** Prefill time for each prompt length: one request at a time and few tokens, so that TTFT is prefill. */
const prefill = (promptTokens: number): LoadStage => ({
  name: `prefill-${promptTokens}`,
  workload: {kind: 'chat', promptTokens, outputTokens: 16},
  load: {mode: 'closed', concurrency: 1, requests: 24, durationSeconds: null, warmup: 4},
});

const encode = (kind: 'embed' | 'rerank', batch: number): LoadStage => ({
  name: `${kind}-${batch}`,
  workload: {kind, batch, promptTokens: 128},
  load: {mode: 'closed', concurrency: 1, requests: 24, durationSeconds: null, warmup: 8},
});

/** Needs a context of 4.5k tokens. About a minute on an H100 with a model of 1.5B parameters. */
export const calibration: Suite = {
  name: 'calibration',
  question: 'What does each step cost on a real engine, so that the simulated one can be fitted to it?',
  repetitions: 1,
  stages: [
    decode(1, 16),
    decode(8, 64),
    decode(32, 64),
    decode(64, 128),
    prefill(128),
    prefill(1024),
    prefill(4096),
    encode('embed', 1),
    encode('embed', 8),
    encode('embed', 32),
    encode('rerank', 8),
    encode('rerank', 32),
  ],
};
