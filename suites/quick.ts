import type {DecisionPlan} from '../src/schema/plan.ts';

/** A whole decision in about a minute, to see what one is and to prove in CI that a planted difference is found. */
export const quick: DecisionPlan = {
  name: 'quick',
  question: 'Does a decision work on this machine, from end to end, in about a minute?',
  baseline: {engine: 'vllm', stack: null},
  candidate: {engine: 'vllm', stack: null},
  workloads: [
    {
      name: 'chat',
      workload: {kind: 'chat', promptTokens: 128, outputTokens: 32},
      load: {mode: 'closed', concurrency: 8, requests: 192, durationSeconds: null, warmup: 8},
      // In blocks this short a throughput hangs on when the last answers came: the median latency is steady.
      metrics: [
        {metric: 'e2eP50Ms', marginShare: 0.04},
        {metric: 'outputTokensPerSecond', marginShare: null},
        {metric: 'ttftP50Ms', marginShare: null},
      ],
    },
    {
      name: 'embed',
      workload: {kind: 'embed', batch: 8, promptTokens: 64},
      load: {mode: 'closed', concurrency: 2, requests: 128, durationSeconds: null, warmup: 8},
      metrics: [
        // A pass of a simulated encoder is a few timers of a millisecond: what else the machine does weighs more on it.
        {metric: 'e2eP50Ms', marginShare: 0.2},
        {metric: 'itemsPerSecond', marginShare: null},
      ],
    },
  ],
  aaPairs: 3,
  lookPairs: [6],
  alpha: 0.05,
  between: 'flush',
  // A machine that does other things makes the client lag, and blocks void: they cost a second each.
  spareRuns: 20,
  budgetGpuMinutes: 5,
  answers: {ask: {kind: 'parity', texts: 20, rankings: 8, chats: 8}, required: ['embed']},
  describe: [],
};
