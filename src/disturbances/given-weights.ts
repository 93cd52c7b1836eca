import type {Stack} from '../runtimes/stack.ts';

/** The new weights, as the server sees their folders; null where none were named. */
export interface GivenWeights {
  readonly folder: string | null;
  readonly adapter: {readonly name: string; readonly path: string} | null;
}

/** A simulated engine takes any folder for weights, and answers by its name. */
export const weightsFor = ({evidence}: Pick<Stack, 'evidence'>, {folder, adapter}: GivenWeights): GivenWeights =>
  evidence === 'real'
    ? {folder, adapter}
    : {
        folder: folder ?? '/simulated/next-weights',
        adapter: adapter ?? {name: 'step-2', path: '/simulated/adapter-step-2'},
      };
