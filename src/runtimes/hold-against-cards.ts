import {type NvidiaSmi, readMemoryRoom} from '../gpu/nvidia-smi.ts';
import {cardMemoryOf, type PlanFitsOptions, planFits} from './plan-fits.ts';
import type {BringUpListener} from './stack.ts';

interface HoldOptions extends Omit<PlanFitsOptions, 'card'> {
  /** Null where the GPU cannot be asked: then nothing is held against it. */
  readonly nvidiaSmi: NvidiaSmi | null;
  /** UUID or index of the card that servers use; the first one when absent. */
  readonly card?: string | undefined;
  readonly onLine: BringUpListener;
}

/** The last look before anything starts: how the plan divides the card, said line by line. Throws PLAN_DOES_NOT_FIT. */
export const holdAgainstCard = async ({nvidiaSmi, card, onLine, ...asked}: HoldOptions): Promise<void> => {
  const room = nvidiaSmi && (await readMemoryRoom(nvidiaSmi, card));
  if (room === null) return;
  for (const line of await planFits({...asked, card: cardMemoryOf(room)})) onLine(line);
};
