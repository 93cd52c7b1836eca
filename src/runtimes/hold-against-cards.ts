import {type NvidiaSmi, readMemoryRoom} from '../gpu/nvidia-smi.ts';
import {cardMemoryOf, type PlanFitsOptions, planFits} from './plan-fits.ts';
import type {BringUpListener} from './stack.ts';
import {membersOf} from './topology/members.ts';

interface HoldOptions extends Omit<PlanFitsOptions, 'card' | 'on'> {
  /** Null where the GPU cannot be asked: then nothing is held against it. */
  readonly nvidiaSmi: NvidiaSmi | null;
  /** UUID or index, as nvidia-smi is told it, of the GPU that a plan counts as `card`. */
  readonly cardId: (card: number) => string;
  readonly onLine: BringUpListener;
}

/** The last look before anything starts: how the plan divides each GPU, said line by line. Throws PLAN_DOES_NOT_FIT. */
export const holdAgainstCards = async ({nvidiaSmi, cardId, onLine, ...asked}: HoldOptions): Promise<void> => {
  if (nvidiaSmi === null) return;
  const members = membersOf(asked.plan, asked.roles);
  const cards = new Set(members.flatMap(one => one.cards ?? [0])); // plain servers share the first one
  for (const on of [...cards].sort((one, other) => one - other)) {
    const room = await readMemoryRoom(nvidiaSmi, cardId(on));
    if (room === null) continue;
    for (const line of await planFits({...asked, on, card: cardMemoryOf(room)})) onLine(line);
  }
};
