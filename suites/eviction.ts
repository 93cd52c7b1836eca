import type {LoadStage, Suite} from '../src/schema/suite.ts';

const visited = (name: string, ofKvPool: number): LoadStage => ({
  name,
  workload: {kind: 'revisit', promptTokens: 4096, outputTokens: 16, contexts: {ofKvPool}, visits: 2},
  // The requests follow from the server's KV pool: two for each context (commands/resolve-stage.ts).
  load: {mode: 'closed', concurrency: 4, requests: 64, durationSeconds: null, warmup: 4},
});

/** Needs a context of 4.5k tokens. 3.5 times the tokens of the KV pool are computed: a small pool (--kv-tokens) is quick. */
export const eviction: Suite = {
  name: 'eviction',
  question:
    'Is a context still in the prefix cache when it is asked about again, and what when all of them do not fit?',
  repetitions: 1,
  stages: [visited('fits', 0.5), visited('does-not-fit', 1.5)],
};
