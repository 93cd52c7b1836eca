import {hashText} from '../random.ts';
import {type Adapter, type Adapters, createAdapters} from './adapters.ts';
import {createGate, type Gate} from './gate.ts';

/** What answers depend on besides the prompt, and who may change it when. */
export interface Model {
  readonly gate: Gate;
  readonly adapters: Adapters;
  /** Where the weights came from. */
  path(): string;
  /** SGLang's weight_version. */
  version(): string;
  /** Whether others than those of the start were loaded. */
  replaced(): boolean;
  /** New weights. */
  load(path: string, version?: string): void;
  /** What is in the memory is no weights any more, until some are loaded. */
  lose(): void;
  isLost(): boolean;
  /** Goes into every answer: the same for the same weights and adapter. */
  answerSeed(seed: number, adapter: Adapter | null): number;
}

export const createModel = (
  path: string,
  adapters: readonly {readonly name: string; readonly path: string}[],
): Model => {
  let weights: {path: string; version: string} = {path, version: 'default'};
  let lost = false;
  let replaced = false;
  return {
    gate: createGate(),
    adapters: createAdapters(adapters),
    path: () => weights.path,
    version: () => weights.version,
    replaced: () => replaced,
    load(newPath, version = weights.version) {
      weights = {path: newPath, version};
      lost = false;
      replaced = true;
    },
    lose() {
      lost = true;
    },
    isLost: () => lost,
    answerSeed: (seed, adapter) =>
      (seed + hashText(JSON.stringify([lost ? null : weights.path, adapter?.path ?? null]))) >>> 0,
  };
};
