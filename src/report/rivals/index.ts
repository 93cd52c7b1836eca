import type {Rival} from './rival.ts';

/**
 * Every load client whose printout can be made, by the name that --as takes. A new one is a file and a line here. Each is
 * loaded when it is asked for: a run is not to carry them while it measures.
 */
export const rivals = {
  vllm: async () => (await import('./vllm.ts')).vllmBench,
  sglang: async () => (await import('./sglang.ts')).sglangBenchServing,
  guidellm: async () => (await import('./guidellm.ts')).guidellmRun,
  aiperf: async () => (await import('./aiperf.ts')).aiperfProfile,
} satisfies Record<string, () => Promise<Rival>>;
export type RivalName = keyof typeof rivals;
