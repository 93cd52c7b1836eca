import {describe, expect, test} from 'vitest';
import {type DockerSeen, dockerCheck, gpuChecks, toolkitCheck} from './machine-checks.ts';

const docker: DockerSeen = {
  reachable: true,
  name: 'unix:///var/run/docker.sock',
  local: true,
  version: '28.2.2',
  rootless: false,
  nvidiaRuntime: false,
  cdiDevices: null,
};
const remote = {...docker, name: 'ssh://gpu-box (context lab)', local: false};
const unreachable = {reachable: false, local: true, reason: 'no socket', fix: 'sudo systemctl start docker'} as const;
const wanted = {runtime: 'docker', needed: true} as const;
const h100 = {name: 'NVIDIA H100 80GB HBM3', uuid: 'GPU-1', memoryMiB: 81_559, driver: '580.95.05'};

describe('Docker', () => {
  test('that answers is named with its version and address', () => {
    expect(dockerCheck({...docker, rootless: true})).toMatchObject({
      state: 'ok',
      says: 'Docker 28.2.2, rootless, answers at unix:///var/run/docker.sock',
    });
  });

  test('that does not answer is missing, with why and the fix', () => {
    expect(dockerCheck(unreachable)).toEqual({
      what: 'Docker',
      state: 'missing',
      says: 'no socket',
      fix: 'sudo systemctl start docker',
      stops: ['docker'],
    });
  });
});

describe('the GPU', () => {
  test('is one line for each card, in GiB', () => {
    expect(gpuChecks([h100, {...h100, memoryMiB: null}], docker, wanted).map(({says}) => says)).toEqual([
      'NVIDIA H100 80GB HBM3, 79.6 GiB, driver 580.95.05', // 81559 / 1024
      'NVIDIA H100 80GB HBM3, driver 580.95.05',
    ]);
  });

  test.each([
    {docker, stops: ['docker', 'process']},
    {docker: unreachable, stops: ['docker', 'process']},
    {docker: {...docker, cdiDevices: ['nvidia.com/gpu=all']}, stops: ['process']},
  ])('that nvidia-smi does not find stops $stops', ({docker, stops}) => {
    expect(gpuChecks([], docker, wanted)[0]).toMatchObject({state: 'missing', stops});
  });

  test('of a Docker host elsewhere is not looked at rather than guessed', () => {
    expect(gpuChecks([], {...unreachable, local: false}, wanted)).toMatchObject([{state: 'note'}]);
    expect(gpuChecks([h100], remote, wanted)).toMatchObject([
      {what: "Docker host's GPU", state: 'note', fix: 'docker run --rm --gpus all ubuntu nvidia-smi'},
    ]);
  });

  test('of this machine is what a process needs, wherever Docker is', () => {
    expect(gpuChecks([], remote, {runtime: 'process', needed: true})).toMatchObject([
      {what: 'GPU', state: 'missing', stops: ['process']},
    ]);
  });

  test('is not spoken of where containers are started without one', () => {
    expect(gpuChecks([], docker, {runtime: 'docker', needed: false})).toEqual([]);
  });
});

describe('the toolkit', () => {
  test.each([
    {has: {nvidiaRuntime: true}, ways: 'its nvidia runtime'},
    {has: {cdiDevices: ['nvidia.com/gpu=0', 'vendor.com/nic=1']}, ways: 'CDI (nvidia.com/gpu=0)'},
    {
      has: {nvidiaRuntime: true, cdiDevices: ['nvidia.com/gpu=all']},
      ways: 'its nvidia runtime and CDI (nvidia.com/gpu=all)',
    },
  ])('is there when Docker has $ways', ({has, ways}) => {
    expect(toolkitCheck({...docker, ...has}, undefined)).toMatchObject({
      state: 'ok',
      says: `Docker hands GPUs to containers through ${ways}`,
    });
  });

  test('is missing when Docker has neither, and a rootless engine has another fix', () => {
    expect(toolkitCheck(docker, undefined)).toMatchObject({
      state: 'missing',
      stops: ['docker'],
      fix: expect.stringContaining('sudo systemctl restart docker'),
    });
    expect(toolkitCheck({...docker, rootless: true}, undefined)?.fix).toContain('systemctl --user restart docker');
  });

  test('that Docker does not show may still be there for GPUs that are asked for by name', () => {
    expect(toolkitCheck(docker, 'all')).toMatchObject({state: 'note'});
  });

  test.each([
    {gpus: 'none' as const, says: 'not needed: these containers are started without a GPU'},
    {
      gpus: {devices: ['/dev/nvidia0', '/dev/nvidiactl']},
      says: 'not needed: containers are given /dev/nvidia0, /dev/nvidiactl as device nodes',
    },
  ])('is not needed where $says', ({gpus, says}) => {
    expect(toolkitCheck(docker, gpus)).toMatchObject({state: 'ok', says});
  });

  test('must know the CDI devices that the settings name', () => {
    const gpus = {cdi: ['nvidia.com/gpu=0', 'nvidia.com/gpu=1']};
    expect(toolkitCheck({...docker, cdiDevices: ['nvidia.com/gpu=0', 'nvidia.com/gpu=1']}, gpus)).toMatchObject({
      state: 'ok',
    });
    expect(toolkitCheck({...docker, cdiDevices: ['nvidia.com/gpu=0']}, gpus)).toMatchObject({
      state: 'missing',
      says: 'Docker knows no CDI device nvidia.com/gpu=1; it knows nvidia.com/gpu=0',
    });
    expect(toolkitCheck(docker, gpus)).toMatchObject({state: 'note', fix: 'nvidia-ctk cdi list'});
  });

  test('says nothing where Docker does not answer', () => {
    expect(toolkitCheck(unreachable, undefined)).toBeNull();
  });
});
