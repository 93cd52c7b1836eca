import type {DecisionPlan} from '../src/schema/plan.ts';

/** From the tuned vLLM stack to SGLang: what the go/no-go review decides. */
export const migration: DecisionPlan = {
  name: 'migration',
  question: 'Can the search stack move from vLLM to SGLang without getting slower or answering differently?',
  baseline: {engine: 'vllm', stack: 'vllm-tuned'},
  candidate: {engine: 'sglang', stack: 'sglang'},
  workloads: [
    {
      name: 'chat',
      workload: {kind: 'chat', promptTokens: 512, outputTokens: 128},
      load: {mode: 'closed', concurrency: 32, requests: 700, durationSeconds: null, warmup: 32},
      metrics: [
        {metric: 'outputTokensPerSecond', marginShare: 0.1},
        {metric: 'ttftP50Ms', marginShare: 0.25},
        {metric: 'ttftP99Ms', marginShare: 0.5},
        {metric: 'e2eP50Ms', marginShare: 0.1},
      ],
    },
    {
      name: 'prefix',
      workload: {kind: 'prefix', promptTokens: 2048, outputTokens: 128, turns: 4},
      load: {mode: 'closed', concurrency: 16, requests: 400, durationSeconds: null, warmup: 16},
      metrics: [
        {metric: 'outputTokensPerSecond', marginShare: 0.1},
        {metric: 'ttftP50Ms', marginShare: 0.25},
        {metric: 'e2eP50Ms', marginShare: 0.1},
      ],
    },
    {
      name: 'embed',
      workload: {kind: 'embed', batch: 8, promptTokens: 256},
      load: {mode: 'closed', concurrency: 16, requests: 700, durationSeconds: null, warmup: 32},
      metrics: [
        {metric: 'itemsPerSecond', marginShare: 0.1},
        {metric: 'e2eP50Ms', marginShare: 0.1},
        {metric: 'e2eP99Ms', marginShare: 0.5},
      ],
    },
    {
      name: 'rerank',
      workload: {kind: 'rerank', batch: 16, promptTokens: 256},
      load: {mode: 'closed', concurrency: 8, requests: 350, durationSeconds: null, warmup: 16},
      metrics: [
        {metric: 'itemsPerSecond', marginShare: 0.1},
        {metric: 'e2eP50Ms', marginShare: 0.1},
      ],
    },
  ],
  aaPairs: 4,
  lookPairs: [6, 8, 10, 12],
  alpha: 0.05,
  between: 'flush',
  spareRuns: 2,
  budgetGpuMinutes: 60,
  // Vectors and scores of the old stack lie in indexes and caches: other ones break search without a slow request.
  answers: {
    ask: {kind: 'parity', texts: 40, rankings: 20, chats: 20},
    required: ['embed', 'rerank'],
    // Each engine repeats itself to the last digits, and no two compute alike: what a search would not notice is allowed.
    allow: {
      'embed.cosine': 0.01,
      'embed.nearest': 0.05,
      'embed.nearest10': 0.3,
      'rerank.order': 0.1,
      'rerank.top1': 0.05,
      'rerank.top5': 0.2,
      'rerank.score': 0.05,
    },
  },
  describe: [
    {
      name: 'capacity',
      workload: {kind: 'chat', promptTokens: 512, outputTokens: 128},
      load: {mode: 'closed', concurrency: 8, requests: 64, durationSeconds: null, warmup: 16},
      sweep: {over: 'concurrency', from: 8, to: 256, gainShare: 0.1, requestsPerSlot: 4},
    },
  ],
};
