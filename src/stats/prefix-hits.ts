import type {Sample} from '../schema/sample.ts';
import type {PrefixHits, Trial} from '../schema/trial.ts';
import {counterGrowth} from './counter-growth.ts';
import type {Gate} from './gate.ts';
import {percentText} from './gate.ts';
import {limits} from './limits.ts';

/** Prompt tokens of requests, added up: of one part of a load, or of all of them. */
export interface PromptSums {
  readonly promptTokens: number;
  readonly cachedPromptTokens: number;
  /** Answers whose server did not tell one of the two. */
  readonly untold: number;
}

const noPrompts: PromptSums = {promptTokens: 0, cachedPromptTokens: 0, untold: 0};

/** Adds up what is told of prompts, sample by sample, and keeps none. A failed request counts where it tells. */
export class PromptTally {
  #sums: {-readonly [Key in keyof PromptSums]: number} = {...noPrompts};

  add({outcome, promptTokens, cachedPromptTokens}: Sample): void {
    if (promptTokens !== null && cachedPromptTokens !== null) {
      this.#sums.promptTokens += promptTokens;
      this.#sums.cachedPromptTokens += cachedPromptTokens;
    } else if (outcome === 'ok') this.#sums.untold += 1;
  }

  get sums(): PromptSums {
    return {...this.#sums};
  }
}

export const joinPrompts = (parts: readonly PromptSums[]): PromptSums => {
  const sum = (key: keyof PromptSums) => parts.reduce((total, part) => total + part[key], 0);
  return {promptTokens: sum('promptTokens'), cachedPromptTokens: sum('cachedPromptTokens'), untold: sum('untold')};
};

const share = (part: number, whole: number): number | null => (whole > 0 && part >= 0 ? part / whole : null);

type Reading = Trial['metrics']['before'];

/**
 * The share of all prompt tokens that the prefix cache had, 0…1: by the requests' own usage, and by the growth of the
 * server's counters between two readings around the same requests. Null is what was not told, or what began anew
 * meanwhile; null as a whole where neither is known.
 */
export const prefixHits = (sums: PromptSums, before: Reading, after: Reading): PrefixHits | null => {
  const queries = counterGrowth(before?.prefixQueriesTotal, after?.prefixQueriesTotal);
  const hits = counterGrowth(before?.prefixHitsTotal, after?.prefixHitsTotal);
  const byRequests = sums.untold > 0 ? null : share(sums.cachedPromptTokens, sums.promptTokens);
  const byCounters = queries === null || hits === null ? null : share(hits, queries);
  return byRequests === null && byCounters === null ? null : {byRequests, byCounters};
};

/** Then a second visit is sent while the first one is still read, and says nothing of what a cache keeps. */
export const visitsOverlap: Gate = ({trial: {workload, load}}) => {
  if (workload.kind !== 'revisit' || typeof workload.contexts !== 'number' || load.mode !== 'closed') return null;
  const {contexts} = workload;
  if (load.concurrency <= contexts) return null;
  return {
    code: 'visits-overlap',
    severity: 'warning',
    message: `${load.concurrency} requests were in flight over ${contexts} contexts: some were asked about again before their first answer`,
    hint: 'Lower --concurrency to the number of contexts, or raise that with --contexts or --kv-tokens.',
  };
};

/** A server that counts other requests than ours, or otherwise than it tells, is not the server that we think it is. */
export const cacheCounters: Gate = ({trial: {prefixHits: hits, together}}) => {
  const {byRequests, byCounters} = hits ?? {byRequests: null, byCounters: null};
  // Counters are of a whole server: what runs beside this trial is in them.
  if (byRequests === null || byCounters === null || together !== null) return null;
  if (Math.abs(byRequests - byCounters) <= limits.hitsAgreement) return null;
  return {
    code: 'cache-counters',
    severity: 'warning',
    message: `The prefix cache had ${percentText(byCounters)} of the prompt tokens by the server's counters and ${percentText(byRequests)} by its replies`,
    hint: 'Stop other clients of this server; requests that failed or were preempted are in its counters too.',
  };
};
