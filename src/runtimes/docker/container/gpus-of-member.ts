import type {ContainerSettings} from '../../../schema/stack.ts';
import type {Member} from '../../topology/members.ts';

type Gpus = ContainerSettings['gpus'];

const cdiPrefix = 'nvidia.com/gpu=';
const numberedNode = /^\/dev\/nvidia(\d+)$/;
const onHost = (device: string) => device.split(':')[0] ?? '';

/** Which GPUs of the Docker host the settings name, as nvidia-smi is told of them; undefined: all that there are. */
export const gpusNamedBy = (gpus: Gpus): readonly string[] | undefined => {
  if (gpus === undefined || gpus === 'all') return undefined;
  if (gpus === 'none') return [];
  if (typeof gpus === 'number') return Array.from({length: gpus}, (_, index) => String(index));
  if (Array.isArray(gpus)) return gpus;
  if ('devices' in gpus) return gpus.devices.flatMap(device => numberedNode.exec(onHost(device))?.[1] ?? []);
  const names = gpus.cdi.map(name => name.replace(cdiPrefix, ''));
  return names.includes('all') ? undefined : names;
};

/** What the settings leave a member of the host's GPUs: those that it counts as its cards, in the way that the settings name them. */
export const gpusOfMember = (gpus: Gpus, {cards}: Pick<Member, 'cards'>): Gpus => {
  if (cards === null || gpus === 'none') return gpus;
  if (cards.length === 0) return 'none';
  const named = gpusNamedBy(gpus);
  const ids = cards.map(card => named?.[card] ?? String(card));
  if (typeof gpus !== 'object' || Array.isArray(gpus)) return ids;
  if ('cdi' in gpus) return {cdi: ids.map(id => cdiPrefix + id)};
  // Beside its own GPU's node it needs those of the driver: nvidiactl, nvidia-uvm and the like.
  const given = (device: string) => ids.includes(numberedNode.exec(onHost(device))?.[1] ?? '');
  return {devices: gpus.devices.filter(device => !numberedNode.test(onHost(device)) || given(device))};
};
