import {type NvidiaSmi, readGpus} from '../../gpu/nvidia-smi.ts';
import type {Member} from './members.ts';

/** The GPUs that a stack may use, each as CUDA and nvidia-smi are told of it. */
export interface VisibleGpus {
  /** Null where it cannot be asked. */
  readonly count: number | null;
  /** Of the one that a plan counts as `card`. */
  idOf(card: number): string;
}

/** Those that were named, in that order, else all that nvidia-smi tells of. `nvidiaSmi` is null where it cannot be asked. */
export const visibleGpus = async (
  named: readonly string[] | undefined,
  nvidiaSmi: NvidiaSmi | null,
): Promise<VisibleGpus> => ({
  count: nvidiaSmi === null ? null : (named?.length ?? (await readGpus(nvidiaSmi)).length),
  idOf: card => named?.[card] ?? String(card),
});

/** What CUDA_VISIBLE_DEVICES of this environment names; undefined where it says nothing. */
export const gpusNamedIn = ({CUDA_VISIBLE_DEVICES: names}: NodeJS.ProcessEnv): readonly string[] | undefined =>
  names?.split(',').flatMap(name => name.trim() || []);

/** Makes a process see its own GPUs alone. */
export const gpuEnvironment = ({cards}: Member, {idOf}: VisibleGpus): Readonly<Record<string, string>> =>
  cards === null
    ? {}
    : {
        CUDA_VISIBLE_DEVICES: cards.map(idOf).join(','),
        // As nvidia-smi counts them: CUDA's own order begins with the fastest.
        CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
      };

/** The members with the machine's own indices of their GPUs, where they were named by index. */
export const onMachine = (members: readonly Member[], {idOf}: VisibleGpus): readonly Member[] =>
  members.map(member => {
    if (member.cards === null) return member;
    return {...member, cards: member.cards.map(card => (/^\d+$/.test(idOf(card)) ? Number(idOf(card)) : card))};
  });
