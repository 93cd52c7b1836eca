/** Below this cosine two vectors of one text rank its neighbours differently. */
export const leastCosine = 0.99;
/**
 * Of two scores from 0 to 1; documents this close may change places. vLLM 0.26.0 and SGLang 0.5.17 gave one document
 * scores 0.0212 apart on an H100 (bge-reranker-v2-m3 in half precision, one scale, 16 rankings, mostly one order: the run
 * 2026-11-22-workloads): twice that, rounded up.
 */
export const scoreTolerance = 0.05;
