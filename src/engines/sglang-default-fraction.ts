import type {StackServer} from '../schema/stack.ts';
import {numberFlag} from './memory-sum.ts';

const chunkTokens = 8192;

/** Flags that change what SGLang holds back for activations and graphs. */
const changing =
  /^(chunked-prefill-size|max-prefill-tokens|max-running-requests|cuda-graph|disable-.*cuda-graph|enable-dp|dp-size|tp-size|tensor-parallel-size|pp-size|pipeline-parallel-size|speculative|disaggregation|moe-a2a)/;

/**
 * SGLang 0.5.17's own mem-fraction-static, for a decoder on one card of 60 to 160 GiB whose plan leaves alone what it
 * depends on; null elsewhere. Prompts are chunked by 8192 tokens there, and graphs recorded for 58 lengths of prefill and
 * up to 256 requests. Source: sglang/srt/server_args.py, _handle_gpu_memory_settings.
 */
export const defaultFraction = (server: StackServer, totalGiB: number): number | null => {
  const pool = numberFlag(server, 'max-total-tokens') ?? chunkTokens; // a smaller one leaves out the graphs that exceed it
  const known = server.role === 'chat' && totalGiB > 60 && totalGiB < 160 && pool >= chunkTokens;
  if (!known || Object.keys(server.arguments).some(flag => changing.test(flag))) return null;
  const heldBackMiB = 512 + 1.5 * chunkTokens + 1024 / 8 + 2 * 256 + 8 * 58;
  return Math.round((1 - heldBackMiB / 1024 / totalGiB) * 1000) / 1000;
};
