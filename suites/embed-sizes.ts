import type {LoadStage, Suite} from '../src/schema/suite.ts';

/** About as many texts for every batch size, but for the smallest. */
const ofBatch = (batch: number, requests: number): LoadStage => ({
  name: `embed-batch-${batch}`,
  workload: {kind: 'embed', batch, promptTokens: 128},
  load: {mode: 'closed', concurrency: 8, requests, durationSeconds: null, warmup: 8},
});

/** As the stage of 32 texts, but for how the vectors are written. */
const inBase64: LoadStage = {
  ...ofBatch(32, 100),
  name: 'embed-base64-32',
  workload: {kind: 'embed', batch: 32, promptTokens: 128, encoding: 'base64'},
};

const ofLength = (promptTokens: number): LoadStage => ({
  name: `embed-tokens-${promptTokens}`,
  workload: {kind: 'embed', batch: 8, promptTokens},
  load: {mode: 'closed', concurrency: 8, requests: 200, durationSeconds: null, warmup: 8},
});

export const embedSizes: Suite = {
  name: 'embed-sizes',
  question: 'How do the number of texts in a request and their length change how many texts a second are embedded?',
  repetitions: 3,
  stages: [
    ofBatch(1, 400),
    ofBatch(8, 400),
    ofBatch(32, 100),
    ofBatch(128, 32),
    inBase64,
    ofLength(32),
    ofLength(64),
    ofLength(256),
    // Texts are cut by characters, and some code has half as many tokens again: these end just below the 511 of SGLang.
    ofLength(340),
  ],
};
