import type {HostConfig} from 'dockerode';
import {CutoverError} from '../../../errors.ts';
import type {ContainerSettings} from '../../../schema/stack.ts';

/** The part of GET /info that is read: a runtime of that name, or since Docker 28 the devices found by CDI. */
export interface GpuInfo {
  readonly Runtimes?: Readonly<Record<string, unknown>> | null;
  readonly DiscoveredDevices?: readonly {readonly ID?: string}[] | null;
}

/** What a container's HostConfig has to say about GPUs. */
export type GpuAccess = Pick<HostConfig, 'DeviceRequests' | 'Devices'>;

/** What is missing on a Docker host that cannot hand out its GPUs. */
export const toolkitFix =
  'Install nvidia-container-toolkit on the Docker host, then `nvidia-ctk runtime configure --runtime=docker` and restart Docker; or name the device nodes in a file for --docker-settings (gpus: {devices: [...]}).';

const cdiPrefix = 'nvidia.com/gpu=';

/**
 * How a container gets the GPUs that the settings ask for, by what the Docker engine says of itself: by CDI where all of
 * them are known by it, else by its nvidia support, whose hook `docker info` does not always show. Throws
 * ENGINE_DID_NOT_START when nothing was asked for and the engine shows no way.
 */
export const gpuAccess = (gpus: ContainerSettings['gpus'], info: GpuInfo): GpuAccess => {
  if (gpus === 'none') return {};
  if (typeof gpus === 'object' && 'devices' in gpus) return {Devices: gpus.devices.map(deviceNode)};
  if (typeof gpus === 'object' && 'cdi' in gpus) return {DeviceRequests: [cdiRequest(gpus.cdi)]};
  const known = new Set((info.DiscoveredDevices ?? []).map(({ID}) => ID ?? ''));
  const names = cdiNames(gpus);
  if (names.every(name => known.has(name))) return {DeviceRequests: [cdiRequest(names)]};
  if (gpus === undefined && !Object.hasOwn(info.Runtimes ?? {}, 'nvidia'))
    throw new CutoverError(
      'ENGINE_DID_NOT_START',
      'The Docker engine cannot hand a GPU to a container: it has no nvidia runtime and knows no CDI device',
      {hint: toolkitFix},
    );
  return {DeviceRequests: [nvidiaRequest(gpus)]};
};

type Asked = Exclude<ContainerSettings['gpus'], 'none' | {cdi: string[]} | {devices: string[]}>;

const cdiNames = (gpus: Asked): readonly string[] => {
  if (gpus === undefined || gpus === 'all') return [`${cdiPrefix}all`];
  if (typeof gpus === 'number') return Array.from({length: gpus}, (_, index) => cdiPrefix + index);
  return gpus.map(id => cdiPrefix + id);
};

const cdiRequest = (names: readonly string[]) => ({Driver: 'cdi', DeviceIDs: [...names]});

const nvidiaRequest = (gpus: Asked) => {
  const which = Array.isArray(gpus) ? {DeviceIDs: gpus} : {Count: typeof gpus === 'number' ? gpus : -1};
  return {Driver: 'nvidia', ...which, Capabilities: [['gpu']]};
};

const deviceNode = (device: string) => {
  const [onHost = '', inContainer = onHost] = device.split(':');
  return {PathOnHost: onHost, PathInContainer: inContainer, CgroupPermissions: 'rwm'};
};
