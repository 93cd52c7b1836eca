import type {MemoryNeeds, StackServer} from '../schema/stack.ts';
import type {CardMemory, MemoryPlan} from './engine.ts';
import {bytesPerGiB, gib, isParallel, numberFlag, sumOf, tokensText} from './memory-sum.ts';

/** A block of KV cache, where the plan gives no block-size. */
const defaultBlockTokens = 16;

/** Of the process itself before vLLM looks at what is free: 79.18 − 78.66 GiB on an H100. */
const contextGiB = 0.52;

/** vLLM's own share when the plan gives none, since 0.20. */
const defaultShare = 0.92;

/** Blocks win over a pool whose size is given in bytes, and vLLM allocates no more than they need. */
export const vllmKvTokensFlags = (tokens: number, server: StackServer): StackServer['arguments'] => ({
  'num-gpu-blocks-override': Math.ceil(tokens / blockTokensOf(server)),
});

/**
 * How vLLM 0.26 divides a card (vllm/v1/worker: request_memory, determine_available_memory; kv_cache_utils.py). The share
 * is of the whole card and must be free at the start, whatever is then taken of it. Weights, activations and KV cache fill
 * it; CUDA graphs come on top, because the model runner V2 that decoders get reserves nothing for them.
 */
export const planVllmMemory = (server: StackServer, card: CardMemory): MemoryPlan => {
  const share = numberFlag(server, 'gpu-memory-utilization') ?? defaultShare;
  const shareGiB = share * card.totalGiB;
  const sharedOut = `${share} x ${gib(card.totalGiB)} = ${gib(shareGiB)} GiB`;
  const needs = isParallel(server, ['tensor-parallel-size', 'pipeline-parallel-size']) ? undefined : server.memory;
  if (needs === undefined) {
    // A decoder fills its share; how little of it an encoder takes is not known.
    const takesGiB = contextGiB + (server.role === 'chat' ? shareGiB : 0);
    const arithmetic = `${sharedOut}; what its model needs is not known`;
    return {takesGiB, kvPoolGiB: null, kvTokens: null, arithmetic, problem: shareNotFree(shareGiB, card)};
  }

  const {weightsGiB, kvBytesPerToken, graphsGiB, otherGiB} = needs;
  const outside = `beside it ${sumOf({graphs: graphsGiB, 'CUDA context': contextGiB})}`;
  const outsideGiB = (graphsGiB ?? 0) + contextGiB;
  const withoutPoolGiB = weightsGiB + (otherGiB ?? 0);
  if (kvBytesPerToken === 0) {
    const takesGiB = withoutPoolGiB + outsideGiB;
    const arithmetic = `${sharedOut} must be free, of which it takes ${sumOf({weights: weightsGiB, other: otherGiB})}, no KV; ${outside}`;
    return {takesGiB, kvPoolGiB: null, kvTokens: null, arithmetic, problem: shareNotFree(shareGiB, card)};
  }

  const askedGiB = askedPoolGiB(server, needs);
  const kvPoolGiB = askedGiB ?? shareGiB - withoutPoolGiB;
  const kvTokens = Math.max(0, floorTo(blockTokensOf(server), (kvPoolGiB * bytesPerGiB) / kvBytesPerToken));
  const takesGiB = withoutPoolGiB + kvPoolGiB + outsideGiB;
  const parts = `${sumOf({weights: weightsGiB, other: otherGiB, KV: kvPoolGiB})} (${tokensText(kvTokens)})`;
  const arithmetic =
    askedGiB === null ? `${sharedOut}: ${parts}; ${outside}` : `${parts}; ${outside}; ${sharedOut} must be free`;
  const problem =
    shareNotFree(shareGiB, card) ??
    poolTooSmall(server, needs, card, kvPoolGiB, kvTokens) ??
    (takesGiB > card.freeGiB ? graphsDoNotFit(takesGiB, card) : null);
  return {takesGiB, kvPoolGiB, kvTokens, arithmetic, problem};
};

/** The pool that the plan asks for itself; null where it is what the share leaves. */
const askedPoolGiB = (server: StackServer, {kvBytesPerToken}: MemoryNeeds): number | null => {
  const blocks = numberFlag(server, 'num-gpu-blocks-override');
  const bytes =
    blocks === null ? numberFlag(server, 'kv-cache-memory-bytes') : blocks * blockTokensOf(server) * kvBytesPerToken;
  return bytes === null ? null : bytes / bytesPerGiB;
};

const blockTokensOf = (server: StackServer): number => numberFlag(server, 'block-size') ?? defaultBlockTokens;

const floorTo = (step: number, number: number): number => Math.floor(number / step) * step;

/** A share in hundredths that is at most, or at least, this much of the card. */
const shareOf = (round: (number: number) => number, sizeGiB: number, {totalGiB}: CardMemory): string =>
  (round((sizeGiB / totalGiB) * 100) / 100).toFixed(2);

const shareNotFree = (shareGiB: number, card: CardMemory): MemoryPlan['problem'] => {
  const leftGiB = card.freeGiB - contextGiB;
  if (leftGiB >= shareGiB) return null;
  return {
    reason: `its gpu-memory-utilization asks for ${gib(shareGiB)} GiB, a share of the whole card, and ${gib(Math.max(0, leftGiB))} GiB will be free when it starts`,
    fix: `Lower its gpu-memory-utilization to ${shareOf(Math.floor, Math.max(0, leftGiB), card)} or less, lower that of the servers before it, or stop what else uses the GPU.`,
  };
};

const poolTooSmall = (
  server: StackServer,
  {weightsGiB, otherGiB, kvBytesPerToken}: MemoryNeeds,
  card: CardMemory,
  kvPoolGiB: number,
  kvTokens: number,
): MemoryPlan['problem'] => {
  const longest = numberFlag(server, 'max-model-len') ?? 1; // the model's own length is not known here
  if (kvPoolGiB > 0 && kvTokens >= longest) return null;
  const leastGiB = weightsGiB + (otherGiB ?? 0) + (longest * kvBytesPerToken) / bytesPerGiB;
  const askedFor = askedPoolGiB(server, {weightsGiB, kvBytesPerToken}) !== null;
  return {
    reason:
      kvPoolGiB <= 0
        ? 'nothing is left for its KV cache beside weights and activations'
        : `its KV cache holds ${tokensText(kvTokens)}, less than one request of max-model-len (${longest})`,
    fix: askedFor
      ? `Give it a KV cache of ${longest} tokens or more, or lower its max-model-len.`
      : `Raise its gpu-memory-utilization to ${shareOf(Math.ceil, leastGiB, card)} or more, or lower its max-model-len.`,
  };
};

const graphsDoNotFit = (takesGiB: number, {freeGiB}: CardMemory): MemoryPlan['problem'] => ({
  reason: `it takes ${gib(takesGiB)} GiB with its CUDA graphs, and ${gib(freeGiB)} GiB are free`,
  fix: 'Lower its gpu-memory-utilization or its KV cache, or record fewer graphs (max-cudagraph-capture-size).',
});
