import type {Suite} from '../src/schema/suite.ts';
import {trace} from './trace.ts';

/**
 * Loads whose prompts are in one server's cache and not in another's, so that it matters where a request goes. Needs a context of 4.5k
 * tokens; 1.5 times the replicas' KV pools are computed in `revisits`: small pools (--kv-tokens) are quick.
 */
export const routers: Suite = {
  name: 'routers',
  question:
    'How much of the prompts is found in a cache, how soon does the first token come, and how even is the work?',
  repetitions: 3,
  stages: [
    {
      // A conversation that goes to another server begins there anew.
      name: 'conversations',
      workload: {kind: 'prefix', promptTokens: 2048, outputTokens: 64, turns: 5, thinkSeconds: 0.5},
      load: {mode: 'closed', concurrency: 48, requests: 960, durationSeconds: null, warmup: 240},
    },
    {
      // Each question is a session of its own: only a router that looks at the prompts can bring those of one context together.
      name: 'shared-contexts',
      workload: {kind: 'chat', promptTokens: 2048, outputTokens: 32, sharedPrefix: 0.9, contexts: 48},
      load: {
        mode: 'open',
        arrivals: 'poisson',
        ratePerSecond: 24,
        maxInFlight: null,
        requests: 720,
        durationSeconds: null,
        warmup: 48,
      },
    },
    {
      // All replicas' pools together hold the contexts, and one alone does not. In turn, servers that are taken in turn would be right, or
      // wrong, each time, as the number of contexts has it.
      name: 'revisits',
      workload: {
        ...{kind: 'revisit', promptTokens: 4096, outputTokens: 16, contexts: {ofKvPool: 0.75}, visits: 2},
        order: 'mixed',
      },
      load: {mode: 'closed', concurrency: 8, requests: 64, durationSeconds: null, warmup: 8},
    },
    ...trace.stages,
  ],
};
