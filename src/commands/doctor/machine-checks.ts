import {toolkitFix} from '../../runtimes/docker/container/gpu-access.ts';
import type {Machine} from '../../schema/record.ts';
import type {ContainerSettings} from '../../schema/stack.ts';
import {type Finding, missing, note, ok} from './findings.ts';

/** A Docker engine that answered. */
export interface DockerSeen {
  readonly reachable: true;
  /** Its address, and who said so. */
  readonly name: string;
  /** Whether it runs on this machine. */
  readonly local: boolean;
  readonly version: string;
  readonly rootless: boolean;
  /** Whether it has NVIDIA's container runtime. */
  readonly nvidiaRuntime: boolean;
  /** Names such as nvidia.com/gpu=0; null where this version does not list them. */
  readonly cdiDevices: readonly string[] | null;
}

/** One that did not. */
export interface DockerSilent {
  readonly reachable: false;
  /** Whether its address is one of this machine. */
  readonly local: boolean;
  readonly reason: string;
  readonly fix: string | null;
}

export type DockerState = DockerSeen | DockerSilent;

export const dockerCheck = (docker: DockerState): Finding =>
  docker.reachable
    ? ok('Docker', `Docker ${docker.version}${docker.rootless ? ', rootless,' : ''} answers at ${docker.name}`)
    : missing('Docker', ['docker'], docker.reason, docker.fix);

interface GpuWanted {
  /** The runtime that is looked at. */
  readonly runtime: 'docker' | 'process';
  /** False where containers are started without one. */
  readonly needed: boolean;
}

/** `gpus` are those of this machine, by nvidia-smi. Says nothing where none is needed. */
export const gpuChecks = (
  gpus: Machine['gpus'],
  docker: DockerState,
  {runtime, needed}: GpuWanted,
): readonly Finding[] => {
  if (!needed) return [];
  if (runtime === 'docker' && !docker.local)
    return [
      note(
        "Docker host's GPU",
        'not looked at: Docker runs on another machine, and this one cannot see its GPU',
        'docker run --rm --gpus all ubuntu nvidia-smi',
      ),
    ];
  if (gpus.length > 0)
    return gpus.map(({name, memoryMiB, driver}) => ok('GPU', `${name}${sizeOf(memoryMiB)}, driver ${driver}`));
  // Without nvidia-smi on the PATH, a GPU that Docker found by CDI is still one.
  const dockerHasOne = docker.reachable && nvidiaDevices(docker).length > 0;
  return [missing('GPU', dockerHasOne || !docker.local ? ['process'] : ['docker', 'process'], noGpu, gpuFix)];
};

const noGpu = 'nvidia-smi finds none on this machine: no GPU, no driver, or no nvidia-smi on the PATH';
const gpuFix = "Install NVIDIA's driver for this system and restart it; then `nvidia-smi -L` lists the GPU.";

/** Two decimals in binary units, as vLLM and CUDA count memory. */
const sizeOf = (memoryMiB: number | null) => (memoryMiB === null ? '' : `, ${(memoryMiB / 1024).toFixed(1)} GiB`);

/** How containers would get at the GPU. Says nothing where no Docker engine answered. */
export const toolkitCheck = (docker: DockerState, gpus: ContainerSettings['gpus']): Finding | null => {
  if (!docker.reachable) return null;
  if (gpus === 'none') return ok('toolkit', 'not needed: these containers are started without a GPU');
  if (typeof gpus === 'object' && 'devices' in gpus)
    return ok('toolkit', `not needed: containers are given ${gpus.devices.join(', ')} as device nodes`);
  if (typeof gpus === 'object' && 'cdi' in gpus) return cdiCheck(docker, gpus.cdi);
  const ways = [
    ...(docker.nvidiaRuntime ? ['its nvidia runtime'] : []),
    ...(nvidiaDevices(docker).length > 0 ? [`CDI (${nvidiaDevices(docker).join(', ')})`] : []),
  ];
  if (ways.length > 0) return ok('toolkit', `Docker hands GPUs to containers through ${ways.join(' and ')}`);
  const fix = docker.rootless ? rootlessToolkitFix : toolkitFix;
  // NVIDIA's hook works without a runtime of its name: what is asked for by name is tried all the same.
  if (gpus !== undefined)
    return note(
      'toolkit',
      'Docker shows neither an nvidia runtime nor CDI devices; the start will show whether it has any',
      fix,
    );
  return missing(
    'toolkit',
    ['docker'],
    'Docker has neither an nvidia runtime nor CDI devices: it cannot hand a GPU to a container',
    fix,
  );
};

const nvidiaDevices = ({cdiDevices}: DockerSeen) =>
  (cdiDevices ?? []).filter(name => name.startsWith('nvidia.com/gpu'));

const cdiCheck = ({cdiDevices, version}: DockerSeen, wanted: readonly string[]): Finding => {
  if (cdiDevices === null)
    return note('toolkit', `not looked at: Docker ${version} does not list its CDI devices`, 'nvidia-ctk cdi list');
  const lacking = wanted.filter(name => !cdiDevices.includes(name));
  if (lacking.length === 0) return ok('toolkit', `Docker knows the CDI devices ${wanted.join(', ')}`);
  return missing(
    'toolkit',
    ['docker'],
    `Docker knows no CDI device ${lacking.join(', ')}; it knows ${cdiDevices.join(', ') || 'none'}`,
    'sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml',
  );
};

// docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html
const rootlessToolkitFix =
  'Install nvidia-container-toolkit (docs/docker.md), then: nvidia-ctk runtime configure --runtime=docker --config=$HOME/.config/docker/daemon.json && systemctl --user restart docker && sudo nvidia-ctk config --set nvidia-container-cli.no-cgroups --in-place';
