import type {HostConfig} from 'dockerode';
import {CutoverError} from '../../../errors.ts';
import type {ContainerSettings} from '../../../schema/stack.ts';
import type {EngineFacts} from '../engine-facts.ts';

type GpuFacts = Pick<EngineFacts, 'nvidiaRuntime' | 'cdiDevices'>;

/** What a container's HostConfig has to say about GPUs. */
export type GpuAccess = Pick<HostConfig, 'DeviceRequests' | 'Devices'>;

/** What is missing on a Docker host that cannot hand out its GPUs. */
// docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html
export const toolkitFix =
  'Install nvidia-container-toolkit on the Docker host (docs/docker.md), then: sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker; or name the device nodes in a file for --docker-settings (gpus: {devices: [...]}).';

const cdiPrefix = 'nvidia.com/gpu=';

/**
 * How a container gets the GPUs that the settings ask for, by what the Docker engine says of itself: by CDI where all of
 * them are known by it, else by its nvidia support, whose hook `docker info` does not always show. Throws
 * ENGINE_DID_NOT_START when nothing was asked for and the engine shows no way.
 */
export const gpuAccess = (gpus: ContainerSettings['gpus'], engine: GpuFacts): GpuAccess => {
  if (gpus === 'none') return {};
  if (typeof gpus === 'object' && 'devices' in gpus) return {Devices: gpus.devices.map(deviceNode)};
  if (typeof gpus === 'object' && 'cdi' in gpus) return {DeviceRequests: [cdiRequest(gpus.cdi)]};
  const known = (engine.cdiDevices ?? []).filter(name => name.startsWith(cdiPrefix));
  const names = cdiNames(gpus);
  if (names.every(name => known.includes(name))) return {DeviceRequests: [cdiRequest(names)]};
  if (gpus === undefined && !engine.nvidiaRuntime) {
    if (known.length > 0) return {DeviceRequests: [cdiRequest(known)]}; // a specification without a name for all of them
    throw new CutoverError(
      'ENGINE_DID_NOT_START',
      'The Docker engine cannot hand a GPU to a container: it has no nvidia runtime and knows no CDI device',
      {hint: toolkitFix},
    );
  }
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
