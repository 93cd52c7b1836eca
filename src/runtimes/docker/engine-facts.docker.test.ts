import Docker from 'dockerode';
import {describe, expect, test} from 'vitest';
import {type DockerInfo, engineFactsOf, imageBytes, readEngineFacts, volumeFolder} from './engine-facts.ts';

describe('what GET /info tells', () => {
  const info: DockerInfo = {
    ServerVersion: '28.3.0',
    SecurityOptions: ['name=seccomp,profile=builtin', 'name=rootless', 'name=cgroupns'],
    Runtimes: {runc: {}, nvidia: {path: 'nvidia-container-runtime'}},
    DiscoveredDevices: [{ID: 'nvidia.com/gpu=0'}, {ID: 'nvidia.com/gpu=all'}],
    DockerRootDir: '/home/me/.local/share/docker',
    DriverStatus: [['driver-type', 'io.containerd.snapshotter.v1']],
  };

  test('is the version, whether it is rootless, and its ways to a GPU', () => {
    expect(engineFactsOf(info)).toEqual({
      version: '28.3.0',
      rootless: true,
      nvidiaRuntime: true,
      cdiDevices: ['nvidia.com/gpu=0', 'nvidia.com/gpu=all'],
      imagesFolder: '/home/me/.local/share/docker',
    });
  });

  test.each([
    {
      DockerRootDir: '/var/lib/docker',
      DriverStatus: [['Backing Filesystem', 'extfs']],
      imagesFolder: '/var/lib/docker',
    },
    {DockerRootDir: '/var/lib/docker', DriverStatus: info.DriverStatus, imagesFolder: '/var/lib/containerd'},
    {DockerRootDir: '/data/docker', DriverStatus: null, imagesFolder: '/data/docker'},
  ])('is where images are unpacked: $imagesFolder', ({DockerRootDir, DriverStatus, imagesFolder}) => {
    expect(engineFactsOf({DockerRootDir, DriverStatus: DriverStatus ?? null}).imagesFolder).toBe(imagesFolder);
  });

  test('is nothing of GPUs from an engine that knows none', () => {
    expect(engineFactsOf({})).toMatchObject({rootless: false, nvidiaRuntime: false, cdiDevices: null});
  });
});

describe('the Docker engine of this machine', () => {
  const host = {docker: new Docker(), name: 'here'};

  test('tells its version and where it keeps images', async () => {
    const facts = await readEngineFacts(host);
    expect(facts.version).toMatch(/^\d+\.\d+/);
    expect(facts.imagesFolder).toMatch(/^\//);
  });

  test('has no image and no volume that nobody made', async () => {
    expect(await imageBytes(host, 'cutover-no-such-image:never')).toBeNull();
    expect(await volumeFolder(host, 'cutover-no-such-volume')).toBeNull();
    await expect(imageBytes(host, 'Foo Bar')).rejects.toMatchObject({code: 'IMAGE_MISSING'});
  });
});
