import {describe, expect, test} from 'vitest';
import {chooseRuntime, type RuntimeFacts} from './choose.ts';

const bare: RuntimeFacts = {
  attach: false,
  command: false,
  container: false,
  plan: false,
  explicit: null,
  docker: {reachable: false, reason: 'connect ENOENT /var/run/docker.sock', gpuRuntime: false},
  gpus: 0,
  startable: true,
  engineInstalled: null,
};
const docker = {reachable: true, reason: 'Docker 28.2.2', gpuRuntime: true};

describe('what the user said decides', () => {
  test('an explicit runtime wins over everything that is there', () => {
    expect(chooseRuntime({...bare, explicit: 'embedded', gpus: 2, engineInstalled: true}).runtime).toBe('embedded');
  });

  test('--attach attaches, and a command starts a process, with or without a GPU', () => {
    expect(chooseRuntime({...bare, attach: true}).runtime).toBe('attach');
    expect(chooseRuntime({...bare, command: true}).runtime).toBe('process');
  });

  test('settings for containers start containers', () => {
    expect(chooseRuntime({...bare, container: true}).runtime).toBe('docker');
  });
});

describe('what the machine has decides the rest', () => {
  test('a GPU with the engine installed runs it as a process', () => {
    expect(chooseRuntime({...bare, gpus: 2, engineInstalled: true})).toEqual({
      runtime: 'process',
      why: '2 GPUs are here and the engine is installed: starting it as a process.',
    });
  });

  test('without Docker and GPU the simulated engine is used, and both reasons are named', () => {
    expect(chooseRuntime(bare)).toEqual({
      runtime: 'embedded',
      why: 'No Docker engine (connect ENOENT /var/run/docker.sock) and no GPU (nvidia-smi found none): using the embedded simulated engine.',
    });
  });

  test('Docker without a GPU is not named as missing', () => {
    expect(chooseRuntime({...bare, docker: {...docker, gpuRuntime: false}}).why).toBe(
      'No GPU (nvidia-smi found none): using the embedded simulated engine.',
    );
  });

  test('Docker with a GPU comes before an engine that is installed', () => {
    expect(chooseRuntime({...bare, docker, gpus: 1, engineInstalled: true})).toEqual({
      runtime: 'docker',
      why: 'Docker 28.2.2 with a GPU is here: starting the engine in containers.',
    });
  });

  test('a Docker engine elsewhere may have the GPU that this machine lacks', () => {
    expect(chooseRuntime({...bare, docker}).runtime).toBe('docker');
  });

  test('a named plan is started for real: in containers where they get a GPU, else as a process', () => {
    expect(chooseRuntime({...bare, plan: true, docker}).runtime).toBe('docker');
    expect(chooseRuntime({...bare, plan: true}).runtime).toBe('process');
  });

  test('a GPU without the engine says how to get at the real one', () => {
    const {runtime, why} = chooseRuntime({...bare, gpus: 1, engineInstalled: false});
    expect(runtime).toBe('embedded');
    expect(why).toBe(
      'A GPU is here, but the engine was not found and there is no Docker engine (connect ENOENT /var/run/docker.sock):' +
        ' using the embedded simulated engine. For the real one add --python or --command, or start it and add --attach.',
    );
  });

  test('a Docker engine that cannot hand out the GPU is named with where to look', () => {
    const blind = {...docker, gpuRuntime: false};
    expect(chooseRuntime({...bare, docker: blind, gpus: 1, engineInstalled: false}).why).toContain(
      'Docker cannot hand it to containers (npm run doctor says what is missing)',
    );
  });

  test('an engine that cutover cannot start is not said to be missing, whatever Docker has', () => {
    expect(chooseRuntime({...bare, docker, gpus: 1, startable: false}).why).toBe(
      'A GPU is here, but cutover cannot start this engine: using the embedded simulated engine.' +
        ' For the real one start it and add --attach.',
    );
  });
});
