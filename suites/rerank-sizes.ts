import type {LoadStage, Suite} from '../src/schema/suite.ts';

/** Short documents, of which the ten best are asked for, as a search page does. */
const ofDocuments = (documents: number, requests: number): LoadStage => ({
  name: `rerank-documents-${documents}`,
  workload: {kind: 'rerank', batch: documents, promptTokens: 64, topN: 10},
  load: {mode: 'closed', concurrency: 4, requests, durationSeconds: null, warmup: 4},
});

export const rerankSizes: Suite = {
  name: 'rerank-sizes',
  question: 'How long does it take to put 1 to 500 candidates in order and answer with the ten best?',
  repetitions: 3,
  stages: [ofDocuments(1, 200), ofDocuments(10, 200), ofDocuments(50, 80), ofDocuments(100, 40), ofDocuments(500, 16)],
};
