import type {MemoryParts} from '../memory.ts';

/** What of the card can be given back and taken again. */
export const sleepTags = ['weights', 'kv_cache', 'cuda_graph'] as const;
export type SleepTag = (typeof sleepTags)[number];

/** The parts of the card that have been given back for now. */
export interface Asleep {
  readonly tags: ReadonlySet<SleepTag>;
  give(tags: readonly SleepTag[]): void;
  take(tags: readonly SleepTag[]): void;
  /** Given back, in bytes. */
  bytes(memory: MemoryParts): number;
}

export const createAsleep = (): Asleep => {
  const given = new Set<SleepTag>();
  return {
    tags: given,
    give: tags => {
      for (const tag of tags) given.add(tag);
    },
    take: tags => {
      for (const tag of tags) given.delete(tag);
    },
    bytes: ({weightsBytes, kvBytes, graphsBytes}) => {
      const sizes = {weights: weightsBytes, kv_cache: kvBytes, cuda_graph: graphsBytes};
      return [...given].reduce((sum, tag) => sum + sizes[tag], 0);
    },
  };
};
