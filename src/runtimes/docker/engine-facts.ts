import type Docker from 'dockerode';
import type {DockerHost} from './connect/host.ts';
import {unless} from './docker-error.ts';
import {inspectImage} from './image/image.ts';
import {gpuLockName} from './ownership/gpu-lock.ts';
import {readLabels} from './ownership/labels.ts';

/** What a Docker engine says of itself, as far as bringing up a stack depends on it. */
export interface EngineFacts {
  readonly version: string;
  readonly rootless: boolean;
  readonly nvidiaRuntime: boolean;
  /** Names such as nvidia.com/gpu=0; null where this version does not list them. */
  readonly cdiDevices: readonly string[] | null;
  /** The folder of the Docker host under which images are unpacked. */
  readonly imagesFolder: string;
}

/** GET /info, of which the client's types know no CDI devices: they came with Docker 28.2. */
export interface DockerInfo {
  readonly ServerVersion?: string;
  readonly SecurityOptions?: readonly string[] | null;
  readonly Runtimes?: Readonly<Record<string, unknown>> | null;
  readonly DiscoveredDevices?: readonly {readonly ID?: string}[] | null;
  readonly DockerRootDir?: string;
  readonly DriverStatus?: readonly (readonly string[])[] | null;
}

export const engineFactsOf = (info: DockerInfo): EngineFacts => ({
  version: info.ServerVersion ?? 'of unknown version',
  rootless: (info.SecurityOptions ?? []).some(option => option.split(',').includes('name=rootless')),
  nvidiaRuntime: Object.hasOwn(info.Runtimes ?? {}, 'nvidia'),
  cdiDevices: info.DiscoveredDevices?.flatMap(({ID}) => ID ?? []) ?? null,
  // With containerd's image store Docker's own folder stays empty; a rootless engine keeps that store inside it.
  imagesFolder:
    usesContainerd(info) && info.DockerRootDir === '/var/lib/docker'
      ? '/var/lib/containerd'
      : (info.DockerRootDir ?? '/var/lib/docker'),
});

const usesContainerd = ({DriverStatus}: DockerInfo) =>
  (DriverStatus ?? []).some(([, value]) => value?.startsWith('io.containerd.snapshotter') === true);

export const readEngineFacts = async ({docker}: Pick<DockerHost, 'docker'>): Promise<EngineFacts> =>
  engineFactsOf((await docker.info()) as DockerInfo);

/** Unpacked; null when this Docker engine does not have it. Throws IMAGE_MISSING for what is no image's name. */
export const imageBytes = async (
  host: Pick<DockerHost, 'docker' | 'name'>,
  reference: string,
): Promise<number | null> => (await inspectImage(host, reference))?.Size ?? null;

/** Where a volume lies on the Docker host; null when there is no such volume. */
export const volumeFolder = async ({docker}: Pick<DockerHost, 'docker'>, name: string): Promise<string | null> =>
  (await unless<Docker.VolumeInspectInfo>([404], docker.getVolume(name).inspect()))?.Mountpoint ?? null;

/** Whether a container that is not cutover's has the name of the lock on the GPU. */
export const lockNameIsTaken = async ({docker}: Pick<DockerHost, 'docker'>): Promise<boolean> => {
  const holder = await unless([404], docker.getContainer(gpuLockName).inspect());
  return holder !== null && readLabels(holder.Config.Labels) === null;
};
