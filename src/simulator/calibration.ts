import {lognormalFactor, type Random} from './random.ts';
import type {StepLoad} from './scheduler.ts';

export const dialectNames = ['vllm', 'sglang'] as const;
export type DialectName = (typeof dialectNames)[number];

/** What serving one kind of request costs, the GPU's part and the processor's. */
interface ServingCosts {
  /** Of every request, beside all others: sockets, and the ways between the engine's processes. */
  readonly overheadMs: number;
  /** The API server is one process, and this long it does nothing else (see front-end.ts). An item is a prompt, a text or a pair. */
  readonly frontEndMsPerItem: number;
  readonly frontEndMsPerToken: number;
  /**
   * A pass over new tokens is never quicker than the processor can launch it: by replaying a CUDA graph up to so many
   * tokens (0: never), kernel by kernel above.
   */
  readonly graphTokens: number;
  readonly graphedPassMs: number;
  readonly eagerPassMs: number;
  /** What the GPU computes with each new token. */
  readonly msPerToken: number;
  /** Of one pass, all requests together. */
  readonly maxBatchedTokens: number;
  /** The longest that the model takes: prompt and output of a chat, a text, or a question with one document. */
  readonly contextTokens: number;
}

/**
 * Every time and size of the simulated engine. It stands for a bf16 Qwen2.5-Coder-1.5B (chat), bge-base (embed) and
 * bge-reranker-v2-m3 (rerank) on one H100 80GB. `npm run fit` finds the times from a run on a real engine.
 */
export interface Calibration {
  /** A step takes base + perSequence × sequences that decode + perKvToken × tokens whose KV they read + msPerToken × tokens of prefill. */
  readonly chat: ServingCosts & {
    readonly stepBaseMs: number;
    readonly decodeMsPerSequence: number;
    readonly decodeMsPerKvToken: number;
    /** Standard deviation of the logarithm of a step's duration, here and in the other two. */
    readonly jitterSigma: number;
    readonly maxRunningSequences: number;
  };
  readonly embed: ServingCosts;
  readonly rerank: ServingCosts;
  readonly memory: {
    readonly gpuBytes: number;
    readonly weightsBytes: number;
    readonly kvBytesPerToken: number;
    readonly graphsBytes: number;
    /** Activations, CUDA context, libraries. */
    readonly otherBytes: number;
    /** The pool that the engine makes with the settings of its plan in docker/stacks/. */
    readonly kvTokens: number;
  };
}

// The same model on the same GPU behind the same tokeniser.
const ofBothChats = {
  // source: assumed, of the 3 to 5 ms that are left of the time to the first token at concurrency 1 (runs 1519 and 1540,
  // decode-1) after the front end and the pass, which takes 12 and 9 ms in the engines' own histograms.
  overheadMs: 4.5,
  // source: run 1519, decode-1 and prefill-*: vLLM sends a reply's head when the prompt is tokenised, 3.1 ms later for each
  // 1000 tokens.
  frontEndMsPerToken: 0.0031,
  decodeMsPerKvToken: 1e-5, // source: physics, 28 672 bytes at about 2.9 TB/s
  // source: run 1540, prefill-4096: sglang:per_stage_req_latency_seconds{stage="prefill_forward"} is 24.8 ms for 4 059 tokens.
  msPerToken: 0.0055,
  maxBatchedTokens: 8192, // source: both runs' chat.log
  contextTokens: 32_768, // source: the model's config.json
};
const ofEmbed = {
  overheadMs: 3, // source: assumed, as chat without a stream
  contextTokens: 512, // source: fixtures/replies, error-embed-too-long
  msPerToken: 0.0004, // source: physics, 2 × 85e6 non-embedding parameters FLOP a token at an assumed 400 TFLOP/s
};
const ofRerank = {
  overheadMs: 3, // source: assumed, as chat without a stream
  msPerToken: 0.0015, // source: physics, 2 × 303e6 non-embedding parameters FLOP a token at an assumed 400 TFLOP/s
};
const ofBothCards = {
  gpuBytes: 85_520_809_984, // source: nvidia-smi, 81 559 MiB on an H100 80GB
  kvBytesPerToken: 28_672, // source: 28 layers × 2 KV heads × 128 × (K and V) × 2 bytes
};

/**
 * What has no source beside it was fitted: `npm run fit -- 2026-11-21T1519-vllm-p025` (vLLM 0.26.0) and
 * `npm run fit -- 2026-11-21T1540-sglang-1kyq` (SGLang 0.5.17), runs of 2026-11-21 on one H100 80GB, print these values
 * with the trials that tell them. What they leave unexplained: reports/evidence/calibration.md.
 */
export const calibrations: Readonly<Record<DialectName, Calibration>> = {
  vllm: {
    chat: {
      ...ofBothChats,
      frontEndMsPerItem: 3.49,
      stepBaseMs: 2.33,
      decodeMsPerSequence: 0.0179,
      graphTokens: 512, // source: run 1519, chat.log, cudagraph_capture_sizes
      graphedPassMs: 11.2,
      eagerPassMs: 32.9,
      jitterSigma: 0.0852,
      maxRunningSequences: 1024, // source: vLLM 0.26 --max-num-seqs on cards from 70 GiB
    },
    embed: {
      ...ofEmbed,
      frontEndMsPerItem: 0.494,
      frontEndMsPerToken: 0.00296,
      graphTokens: 512, // source: run 1519, embed.log and rerank.log, cudagraph_capture_sizes
      graphedPassMs: 5.35,
      eagerPassMs: 12.9,
      maxBatchedTokens: 8192, // source: run 1519, embed.log and rerank.log, compile range
    },
    rerank: {
      ...ofRerank,
      contextTokens: 8192, // source: run 1519, facts
      frontEndMsPerItem: 1.12,
      frontEndMsPerToken: 0.00262,
      graphTokens: 512,
      graphedPassMs: 9.73,
      eagerPassMs: 18.5,
      maxBatchedTokens: 8192,
    },
    memory: {
      ...ofBothCards,
      weightsBytes: 3_199_750_636, // source: run 1519, chat.log, 2.98 GiB
      graphsBytes: 536_870_912, // source: the same, 0.50 GiB
      otherBytes: 2_360_847_892, // source: run 1547, chat alone, nvidia-smi showed 74 933 MiB: what the other parts leave of that
      kvTokens: 2_527_744, // source: run 1519, chat.log, at --gpu-memory-utilization 0.9
    },
  },
  sglang: {
    chat: {
      ...ofBothChats,
      frontEndMsPerItem: 0.97,
      stepBaseMs: 2.18,
      decodeMsPerSequence: 0.0166,
      graphTokens: 8192, // source: run 1540, chat.log, prefill graphs up to 8 192 tokens
      graphedPassMs: 8.43,
      eagerPassMs: 8.43, // no pass is one
      jitterSigma: 0.0472,
      maxRunningSequences: 4096, // source: run 1540, chat.log
    },
    embed: {
      ...ofEmbed,
      frontEndMsPerItem: 0.884,
      frontEndMsPerToken: 0.00278,
      graphTokens: 0, // source: run 1540, embed.log, no prefill graph for what is not a language model
      graphedPassMs: 11.9, // no pass is one
      eagerPassMs: 11.9,
      maxBatchedTokens: 16_384, // source: run 1540, embed.log and rerank.log, max_prefill_tokens
    },
    rerank: {
      ...ofRerank,
      contextTokens: 8194, // source: run 1540, facts
      frontEndMsPerItem: 0.907,
      frontEndMsPerToken: 0.00183,
      graphTokens: 0,
      graphedPassMs: 19.1,
      eagerPassMs: 19.1,
      maxBatchedTokens: 16_384,
    },
    memory: {
      ...ofBothCards,
      weightsBytes: 3_248_488_448, // source: run 1540, sglang:weight_memory_usage_gb
      graphsBytes: 1_247_805_440, // source: run 1540, sglang:graph_memory_usage_gb, prefill and decode
      otherBytes: 1_633_132_544, // source: what sglang:startup_available_gpu_memory_gb (22.03) and the other parts leave of the card
      kvTokens: 1_943_850, // source: run 1540, chat.log, at --mem-fraction-static 0.7
    },
  },
};

/** Milliseconds of a pass over `tokens` new tokens, of which the GPU is busy `gpuMs`. */
const passMs = ({graphTokens, graphedPassMs, eagerPassMs}: ServingCosts, tokens: number, gpuMs: number): number =>
  Math.max(tokens <= graphTokens ? graphedPassMs : eagerPassMs, gpuMs);

export const stepTimer =
  ({chat}: Calibration, speed: number, random: Random) =>
  ({decodingSequences, kvTokensRead, prefillTokens}: StepLoad): number => {
    const gpuMs =
      chat.stepBaseMs +
      chat.decodeMsPerSequence * decodingSequences +
      chat.decodeMsPerKvToken * kvTokensRead +
      chat.msPerToken * prefillTokens;
    // A step that only decodes is one whole graph, and its base is what it was measured to take.
    const ms = prefillTokens === 0 ? gpuMs : passMs(chat, decodingSequences + prefillTokens, gpuMs);
    return (ms * lognormalFactor(random, chat.jitterSigma)) / speed;
  };

export const batchTimer =
  ({chat, ...pooling}: Calibration, kind: 'embed' | 'rerank', speed: number, random: Random) =>
  (tokens: number): number =>
    (passMs(pooling[kind], tokens, pooling[kind].msPerToken * tokens) * lognormalFactor(random, chat.jitterSigma)) /
    speed;
