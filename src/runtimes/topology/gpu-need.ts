import {CutoverError} from '../../errors.ts';
import type {BringUpListener} from '../stack.ts';
import type {Member} from './members.ts';

/** How the GPUs that members need come together, for example `2 prefill x 1 + 4 decode x 1 = 6 GPUs`. */
export const gpuNeed = (members: readonly Member[]): {readonly gpus: number; readonly arithmetic: string} => {
  const groups = Map.groupBy(
    members.filter(({cards}) => cards !== null && cards.length > 0),
    ({server: {part, role, onCards}, cards}) => {
      const what = part === 'whole' ? role : part;
      return onCards === undefined ? `${what} x ${cards?.length}` : `${what} on GPU ${onCards.join(' and ')}`;
    },
  );
  const terms = [...groups].map(([what, of]) => `${of.length} ${what}`);
  const all = members.flatMap(({cards}) => cards ?? []);
  const gpus = new Set(all).size;
  // A shared GPU is named by its index: the machine must have all up to it.
  const atLeast = Math.max(gpus, ...all.map(card => card + 1));
  const indices = atLeast > gpus ? `, up to GPU ${atLeast - 1}` : '';
  return {gpus: atLeast, arithmetic: `${terms.join(' + ')} = ${gpus} GPU${gpus === 1 ? '' : 's'}${indices}`};
};

/** Throws PLAN_DOES_NOT_FIT with the arithmetic where the members need more GPUs than there are. `there` is null where nvidia-smi cannot be asked. */
export const assertEnoughGpus = (
  plan: string,
  members: readonly Member[],
  there: number | null,
  onLine: BringUpListener,
): void => {
  const {gpus, arithmetic} = gpuNeed(members);
  if (gpus === 0) return;
  onLine(`${arithmetic}; ${there === null ? 'how many are here cannot be asked' : `this machine has ${there}`}`);
  if (there === null || gpus <= there) return;
  throw new CutoverError(
    'PLAN_DOES_NOT_FIT',
    `The plan ${plan} needs more GPUs than there are: ${arithmetic}; this machine has ${there}`,
    {
      hint: 'Name the plan with fewer (sglang-pd-1-1, or a router plan with -2), let servers share GPUs with onCards in a plan of your own, or use a machine with more.',
    },
  );
};
