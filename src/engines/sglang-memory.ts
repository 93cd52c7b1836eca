import type {StackServer} from '../schema/stack.ts';
import type {CardMemory, MemoryPlan} from './engine.ts';
import {bytesPerGiB, gib, isParallel, numberFlag, sumOf, tokensText} from './memory-sum.ts';
import {defaultFraction} from './sglang-default-fraction.ts';

/** CUDA context and NCCL, before SGLang looks at what is free: 79.18 − 78.50 GiB on an H100. */
const contextGiB = 0.68;

/** How far the room that is computed was from the real one, at most, in three logs: a plan is not refused for less. */
const roomErrorShare = 0.01;

/** Gone between the end of loading and the allocation of the pool: 0.02 to 0.06 GiB in three logs. */
const afterLoadGiB = 0.05;

export const sglangKvTokensFlags = (tokens: number): StackServer['arguments'] => ({'max-total-tokens': tokens});

/**
 * How SGLang 0.5.17 divides a card (kv_cache_configurator.py, _profile_available_bytes): weights and KV pool fill a
 * fraction of what is free when the server starts; graphs and activations come from the rest. Encoders get a pool too.
 */
export const planSglangMemory = (server: StackServer, card: CardMemory): MemoryPlan => {
  const foundGiB = Math.max(0, card.freeGiB - contextGiB);
  const fraction = numberFlag(server, 'mem-fraction-static') ?? defaultFraction(server, card.totalGiB);
  const most = numberFlag(server, 'max-total-tokens');
  const staticGiB = fraction === null ? null : fraction * foundGiB;
  const sharedOut =
    staticGiB === null
      ? 'mem-fraction-static is left to SGLang'
      : `${fraction} x (${gib(card.freeGiB)} free - ${gib(contextGiB)} CUDA context) = ${gib(staticGiB)} GiB`;
  const needs = isParallel(server, ['tp-size', 'tensor-parallel-size', 'pp-size', 'dp-size'])
    ? undefined
    : server.memory;
  if (needs === undefined) {
    const takesGiB = contextGiB + (most === null ? (staticGiB ?? 0) : 0); // a pool with a limit may take little of it
    const arithmetic = `${sharedOut}; what its model needs is not known`;
    return {takesGiB, kvPoolGiB: null, kvTokens: null, arithmetic, problem: nothingFree(foundGiB)};
  }

  const {weightsGiB, kvBytesPerToken, graphsGiB, otherGiB} = needs;
  const outside = `beside it ${sumOf({graphs: graphsGiB, other: otherGiB, 'CUDA context': contextGiB})}`;
  const withoutPoolGiB = weightsGiB + (graphsGiB ?? 0) + (otherGiB ?? 0) + contextGiB;
  if (staticGiB === null || kvBytesPerToken === 0) {
    const arithmetic = `${sharedOut}: ${sumOf({weights: weightsGiB, KV: undefined})}; ${outside}`;
    const problem = nothingFree(foundGiB) ?? doesNotFit(withoutPoolGiB, card);
    return {takesGiB: withoutPoolGiB, kvPoolGiB: null, kvTokens: null, arithmetic, problem};
  }

  const leftGiB = staticGiB - weightsGiB - afterLoadGiB;
  const pages = numberFlag(server, 'page-size') ?? 1;
  const room = Math.max(0, (leftGiB * bytesPerGiB) / kvBytesPerToken);
  const kvTokens = Math.floor(Math.min(room, most ?? room) / pages) * pages;
  const kvPoolGiB = (kvTokens * kvBytesPerToken) / bytesPerGiB;
  const takesGiB = withoutPoolGiB + afterLoadGiB + kvPoolGiB;
  const limit = most !== null && most < room ? ', by max-total-tokens' : '';
  const arithmetic = `${sharedOut}: ${sumOf({weights: weightsGiB, KV: kvPoolGiB})} (${tokensText(kvTokens)}${limit}); ${outside}`;
  const problem =
    nothingFree(foundGiB) ??
    (kvTokens > 0 ? null : noPool(weightsGiB + afterLoadGiB, foundGiB)) ??
    (most === null || most <= room * (1 + roomErrorShare)
      ? null
      : tooManyTokens(
          most,
          kvTokens,
          (weightsGiB + afterLoadGiB + (most * kvBytesPerToken) / bytesPerGiB) / foundGiB,
        )) ??
    doesNotFit(takesGiB, card);
  return {takesGiB, kvPoolGiB, kvTokens, arithmetic, problem};
};

const nothingFree = (foundGiB: number): MemoryPlan['problem'] =>
  foundGiB > 0
    ? null
    : {
        reason: `less is free than the ${gib(contextGiB)} GiB that its CUDA context takes`,
        fix: 'Lower the mem-fraction-static of the servers before it, or stop what else uses the GPU.',
      };

const noPool = (withoutPoolGiB: number, foundGiB: number): MemoryPlan['problem'] => ({
  reason: `its mem-fraction-static leaves nothing for a KV pool beside the weights; it is a fraction of the ${gib(foundGiB)} GiB that it finds free`,
  fix:
    withoutPoolGiB < foundGiB
      ? `Raise its mem-fraction-static above ${(Math.ceil((withoutPoolGiB / foundGiB) * 1000) / 1000).toFixed(3)}, or start it before the servers that take more.`
      : 'Start it before the servers that take more, lower their mem-fraction-static, or stop what else uses the GPU.',
});

/** SGLang would serve the fewer tokens, and say so in its log alone. `fraction` is the least one that holds what was asked for. */
const tooManyTokens = (asked: number, kvTokens: number, fraction: number): MemoryPlan['problem'] => ({
  reason: `its mem-fraction-static leaves room for ${tokensText(kvTokens)}, and its max-total-tokens (--kv-tokens) asks for ${asked.toLocaleString('en-US')}: SGLang would start with the fewer`,
  fix:
    fraction < 1
      ? `Ask for ${kvTokens.toLocaleString('en-US')} or fewer, or raise its mem-fraction-static to ${(Math.ceil(fraction * 1000) / 1000).toFixed(3)}.`
      : `Ask for ${kvTokens.toLocaleString('en-US')} or fewer.`,
});

const doesNotFit = (takesGiB: number, {freeGiB}: CardMemory): MemoryPlan['problem'] =>
  takesGiB <= freeGiB
    ? null
    : {
        reason: `it takes ${gib(takesGiB)} GiB with its CUDA graphs and activations, and ${gib(freeGiB)} GiB are free`,
        fix: 'Lower its mem-fraction-static, or start it before the servers that take more.',
      };
