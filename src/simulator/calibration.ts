import {lognormalFactor, type Random} from './random.ts';
import type {StepLoad} from './scheduler.ts';

export const dialectNames = ['vllm', 'sglang'] as const;
export type DialectName = (typeof dialectNames)[number];

/**
 * Every time and size of the simulated engine. It stands for a bf16 Qwen2.5-Coder-1.5B (chat), bge-base (embed) and
 * bge-reranker-v2-m3 (rerank) on one H100 80GB.
 * Step: base + perSequence × sequences that decode + perKvToken × tokens whose KV they read + perToken × tokens of prefill.
 */
export interface Calibration {
  readonly chat: {
    readonly stepBaseMs: number;
    readonly decodeMsPerSequence: number;
    readonly decodeMsPerKvToken: number;
    readonly prefillMsPerToken: number;
    /** From the request's arrival until it can be scheduled: HTTP, template, tokeniser, the way to the engine's process. */
    readonly requestOverheadMs: number;
    /** Standard deviation of the logarithm of a step's duration. */
    readonly jitterSigma: number;
    readonly maxBatchedTokens: number;
    readonly maxRunningSequences: number;
    readonly contextTokens: number;
  };
  /** A batch takes base + perToken × its tokens, with chat's overhead, jitter and budget. */
  readonly embed: {readonly batchBaseMs: number; readonly msPerToken: number};
  readonly rerank: {readonly batchBaseMs: number; readonly msPerToken: number};
  readonly memory: {
    readonly gpuBytes: number;
    readonly weightsBytes: number;
    readonly kvBytesPerToken: number;
    readonly graphsBytes: number;
    /** Activations, CUDA context, libraries. */
    readonly otherBytes: number;
    /** The pool an engine makes by its own defaults. */
    readonly kvTokens: number;
  };
}

const embed = {
  batchBaseMs: 4, // source: assumed, one engine step without sampling
  msPerToken: 0.0017, // source: physics, 2 × 85e6 non-embedding parameters FLOP a token at an assumed 100 TFLOP/s
};
const rerank = {
  batchBaseMs: 5, // source: assumed, as embed with twice the layers
  msPerToken: 0.004, // source: physics, 2 × 303e6 non-embedding parameters FLOP a token at an assumed 150 TFLOP/s
};
const decodeMsPerKvToken = 1e-5; // source: physics, 28 672 bytes at about 2.9 TB/s
const prefillMsPerToken = 0.0077; // source: physics, 2 × 1.54e9 FLOP a token at about 400 TFLOP/s
const gpuBytes = 85_520_809_984; // source: nvidia-smi, 81 559 MiB on an H100 80GB
const weightsBytes = 3_087_428_608; // source: 1 543 714 304 parameters × 2 bytes
const kvBytesPerToken = 28_672; // source: 28 layers × 2 KV heads × 128 × (K and V) × 2 bytes
const contextTokens = 32_768; // source: the model's config.json

export const calibrations: Readonly<Record<DialectName, Calibration>> = {
  vllm: {
    chat: {
      // source: gpu-host/README.md, 512 in / 128 out at concurrency 32 gave 7 362 output tok/s (mean of 3), so 4.35 ms a step, less what
      // the other constants say of it: 0.26 sequences + 0.18 KV + 0.99 prefill. 1.1 of the rest is reading the weights at 2.9 TB/s.
      stepBaseMs: 2.92,
      decodeMsPerSequence: 0.008, // source: assumed, sampling and detokenising
      decodeMsPerKvToken,
      prefillMsPerToken,
      requestOverheadMs: 3, // source: assumed
      jitterSigma: 0.06, // source: assumed
      maxBatchedTokens: 8192, // source: vLLM 0.26 --max-num-batched-tokens on cards from 70 GiB
      maxRunningSequences: 1024, // source: vLLM 0.26 --max-num-seqs on cards from 70 GiB
      contextTokens,
    },
    embed,
    rerank,
    memory: {
      gpuBytes,
      weightsBytes,
      kvBytesPerToken,
      graphsBytes: 600_000_000, // source: assumed
      otherBytes: 2_500_000_000, // source: assumed
      kvTokens: 2_520_000, // source: (0.92 × 85.5e9 bytes - weights - graphs - other) / bytes a token
    },
  },
  sglang: {
    chat: {
      // source: as above from 7 765 output tok/s (mean of 2), so 4.12 ms a step.
      stepBaseMs: 2.69,
      decodeMsPerSequence: 0.008, // source: assumed
      decodeMsPerKvToken,
      prefillMsPerToken,
      requestOverheadMs: 3, // source: assumed
      jitterSigma: 0.06, // source: assumed
      maxBatchedTokens: 8192, // source: SGLang 0.5.17 --chunked-prefill-size below 160 GB
      maxRunningSequences: 4096, // source: SGLang 0.5.17 resolve_max_num_reqs with this pool
      contextTokens,
    },
    embed,
    rerank,
    memory: {
      gpuBytes,
      weightsBytes,
      kvBytesPerToken,
      graphsBytes: 600_000_000, // source: assumed
      otherBytes: 2_500_000_000, // source: assumed
      kvTokens: 2_360_000, // source: (0.83 × 85e9 bytes free at start - weights) / bytes a token
    },
  },
};

export const stepTimer =
  ({chat}: Calibration, speed: number, random: Random) =>
  ({decodingSequences, kvTokensRead, prefillTokens}: StepLoad): number =>
    ((chat.stepBaseMs +
      chat.decodeMsPerSequence * decodingSequences +
      chat.decodeMsPerKvToken * kvTokensRead +
      chat.prefillMsPerToken * prefillTokens) *
      lognormalFactor(random, chat.jitterSigma)) /
    speed;

export const batchTimer =
  ({chat, ...pooling}: Calibration, kind: 'embed' | 'rerank', speed: number, random: Random) =>
  (tokens: number): number =>
    ((pooling[kind].batchBaseMs + pooling[kind].msPerToken * tokens) * lognormalFactor(random, chat.jitterSigma)) /
    speed;
