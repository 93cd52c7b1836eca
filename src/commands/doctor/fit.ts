import {CutoverError} from '../../errors.ts';
import {type NvidiaSmi, readMemoryRoom} from '../../gpu/nvidia-smi.ts';
import {cardMemoryOf, type PlanFitsOptions, planFits} from '../../runtimes/plan-fits.ts';
import {type Finding, missing, note, ok} from './findings.ts';

/** The plan, all of its servers, against the memory that is free now on the card with this UUID or index, else on the first. `nvidiaSmi` is null where the card is not here. */
export const fitFinding = async (
  asked: Omit<PlanFitsOptions, 'card' | 'roles'>,
  nvidiaSmi: Pick<NvidiaSmi, 'read'> | null,
  cardId?: string,
): Promise<Finding> => {
  const card = nvidiaSmi && (await readMemoryRoom(nvidiaSmi, cardId));
  if (card === null)
    return note('GPU memory', `not looked at: no card here to hold against what ${asked.plan.name} takes`);
  const roles = asked.plan.servers.map(({role}) => role);
  const free = `${(card.freeMiB / 1024).toFixed(1)} GiB are free`;
  try {
    const lines = await planFits({...asked, roles, card: cardMemoryOf(card)});
    return ok('GPU memory', [`${free}, and ${asked.plan.name} fits`, ...lines].join('\n'));
  } catch (thrown) {
    if (!(thrown instanceof CutoverError) || thrown.code !== 'PLAN_DOES_NOT_FIT') throw thrown;
    return missing('GPU memory', ['docker', 'process'], `${free}. ${thrown.message}`, thrown.hint ?? null);
  }
};
