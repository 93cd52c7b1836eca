import type {ChatFacts, Problem, ServerView} from './dialect.ts';

export const facts: ChatFacts = {
  requestId: 'r1',
  createdSeconds: 1_795_000_000,
  model: 'm',
  promptTokens: 40,
  cachedPromptTokens: 16,
  pageTokens: 16,
  reportsCachedTokens: true,
  includeUsage: true,
  continuousUsage: false,
};

export const problem = (kind: Problem['kind'], status: number): Problem => ({kind, status, message: 'no', param: null});

export const view: ServerView = {
  model: 'm',
  port: 8000,
  createdSeconds: 1_795_000_000,
  contextTokens: 512,
  maxRunningSequences: 64,
  maxBatchedTokens: 8192,
  reportsCachedTokens: true,
  metricsEnabled: true,
  encoder: false,
  ready: true,
  modelPath: 'm',
  weightVersion: 'default',
  replaced: false,
  adapters: [],
  lora: false,
  sleeps: false,
  sleepLevel: 0,
  part: undefined,
  bootstrapPort: 8998,
  transferBackend: 'mooncake',
  pd: null,
  stats: {
    running: 2,
    waiting: 1,
    kv: {capacityTokens: 1024, usedTokens: 256, evictableTokens: 512, freeTokens: 256},
    pageTokens: 16,
    memory: {
      weightsBytes: 3 * 2 ** 30,
      kvBytes: 2 ** 30,
      graphsBytes: 2 ** 29,
      otherBytes: 2 ** 30,
      freeBytes: 2 ** 28,
    },
    totals: {prefixQueries: 300, prefixHits: 120, preemptions: 4, promptTokens: 280, generationTokens: 55},
    finished: {
      streamed: {requests: 2, promptTokens: 200, generationTokens: 50},
      whole: {requests: 1, promptTokens: 30, generationTokens: 1},
      cachedPromptTokens: 110,
    },
  },
};
