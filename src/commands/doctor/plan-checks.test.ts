import {describe, expect, test} from 'vitest';
import {
  cacheCheck,
  imageCheck,
  installedCheck,
  modelCheck,
  modelDiskCheck,
  portsCheck,
  tokenCheck,
} from './plan-checks.ts';

describe('the image', () => {
  const disk = (freeBytes: number | null) => ({folder: '/var/lib/docker', freeBytes});

  test('that is there needs no space', () => {
    expect(imageCheck({reference: 'a/b:v1', bytes: 28_640_000_000}, disk(0))).toMatchObject({
      state: 'ok',
      says: 'a/b:v1 is there, 28.6 GB',
    });
  });

  test.each([
    {
      freeBytes: 40e9,
      state: 'note',
      says: 'a/b:v1 is not there and will be pulled; 40.0 GB are free in /var/lib/docker',
    },
    {
      freeBytes: 39.9e9,
      state: 'missing',
      says: 'a/b:v1 is not there and will be pulled; about 40 GB should be free in /var/lib/docker, and 39.9 GB are',
    },
    {
      freeBytes: null,
      state: 'note',
      says: 'a/b:v1 is not there and will be pulled; about 40 GB should be free in /var/lib/docker, not looked at from here',
    },
  ])('that is absent with $freeBytes bytes free is a $state', ({freeBytes, state, says}) => {
    expect(imageCheck({reference: 'a/b:v1', bytes: null}, disk(freeBytes))).toMatchObject({state, says});
  });
});

test('the fake engine is built, not pulled', () => {
  const facts = {reference: 'cutover-fake-engine:latest', bytes: null};
  expect(imageCheck(facts, {folder: '/', freeBytes: null})).toMatchObject({
    state: 'missing',
    fix: 'npm run fake-engine',
  });
});

describe('a model', () => {
  const absent = {role: 'chat', model: 'Qwen/Qwen', place: '/cache/hub', bytes: null, weightsGiB: 2.875} as const;

  test('of the cache is named with its size', () => {
    expect(modelCheck({...absent, bytes: 3_090_000_000}, 'docker')).toMatchObject({
      what: 'chat model',
      state: 'ok',
      says: 'Qwen/Qwen is in /cache/hub, 3.1 GB',
    });
  });

  test('in a folder of its own is named with its size', () => {
    expect(modelCheck({...absent, model: '/m/qwen', place: '/m/qwen', bytes: 3_090_000_000}, 'docker')).toMatchObject({
      state: 'ok',
      says: '/m/qwen, 3.1 GB',
    });
  });

  test('of the hub that is not in the cache will be downloaded', () => {
    expect(modelCheck(absent, 'process')).toMatchObject({
      state: 'note',
      says: 'Qwen/Qwen is not in /cache/hub and will be downloaded, about 3.1 GB', // 2.875 * 1.0737
      fix: 'hf download Qwen/Qwen',
    });
    expect(modelCheck({...absent, weightsGiB: null}, 'docker')).toMatchObject({
      says: 'Qwen/Qwen is not in /cache/hub and will be downloaded, of unknown size',
      fix: null,
    });
  });

  test('that is a folder which is not there is missing', () => {
    expect(modelCheck({...absent, model: '/models/qwen', place: '/models/qwen'}, 'docker')).toMatchObject({
      state: 'missing',
      stops: ['docker'],
      says: '/models/qwen is not a folder here',
    });
  });

  test('in a place that cannot be read is not looked at', () => {
    expect(modelCheck({...absent, place: null}, 'docker')).toMatchObject({state: 'note'});
  });

  test('needs its space on the disk of the cache', () => {
    expect(modelDiskCheck([absent, {...absent, role: 'embed'}], 6.2e9, 'docker')).toMatchObject({
      state: 'ok',
      says: '6.2 GB are free for models that take about 6.2 GB', // 2 * 3.087, rounded: 6.17
    });
    expect(modelDiskCheck([absent], 3e9, 'process')).toMatchObject({state: 'missing', stops: ['process']});
  });

  test.each([
    {why: 'is there', models: [{...absent, bytes: 1}], freeBytes: 0},
    {why: 'lies where nobody can look', models: [{...absent, place: null}], freeBytes: 0},
    {why: 'is a folder', models: [{...absent, model: './qwen'}], freeBytes: 0},
    {why: 'has a disk of unknown size', models: [absent], freeBytes: null},
  ])('that $why has no line about space', ({models, freeBytes}) => {
    expect(modelDiskCheck(models, freeBytes, 'docker')).toBeNull();
  });
});

describe('ports', () => {
  test('that are free are one line', () => {
    expect(portsCheck([{role: 'chat', port: 8000, problem: null}], 'docker')).toMatchObject({
      state: 'ok',
      says: '8000 (chat) are free',
    });
  });

  test('that are taken are named with the reason and how to find who has them', () => {
    const ports = [
      {role: 'chat', port: 8000, problem: null},
      {role: 'embed', port: 8001, problem: 'The embed server cannot have port 8001'},
    ] as const;
    expect(portsCheck(ports, 'process')).toEqual({
      what: 'ports',
      state: 'missing',
      says: 'The embed server cannot have port 8001',
      fix: "ss -ltnp 'sport = :8001' shows what listens there; stop it, or change the port in the stack file",
      stops: ['process'],
    });
  });
});

test.each([
  {state: 'writable', volume: false, found: 'ok', says: '/cache is there and writable'},
  {state: 'writable', volume: true, found: 'ok', says: 'volume /cache is there'},
  {state: 'absent', volume: true, found: 'ok', says: 'volume /cache is not there yet and will be made'},
  {state: 'absent', volume: false, found: 'missing', says: '/cache is not there'},
  {state: 'read-only', volume: false, found: 'missing', says: '/cache is not writable'},
  {state: null, volume: false, found: 'note', says: '/cache: not looked at, it cannot be seen from here'},
] as const)('a model cache that is $state (volume: $volume) is $found', ({state, volume, found, says}) => {
  expect(cacheCheck({where: '/cache', volume, state}, 'docker')).toMatchObject({state: found, says});
});

test('a cache of processes that is not there will be made by the first download', () => {
  expect(cacheCheck({where: '/cache', volume: false, state: 'absent'}, 'process')).toMatchObject({state: 'ok'});
});

test('a token is told to be set or not, and its absence is no lack', () => {
  expect(tokenCheck(true)).toMatchObject({state: 'ok', fix: null});
  expect(tokenCheck(false)).toMatchObject({state: 'note', stops: []});
});

test('an engine that is not installed has the command that installs it', () => {
  expect(installedCheck('SGLang', 'sglang', 'python3', true)).toMatchObject({
    state: 'ok',
    says: 'SGLang is installed for python3',
  });
  expect(installedCheck('SGLang', 'sglang', 'python3', false)).toMatchObject({
    state: 'missing',
    stops: ['process'],
    fix: expect.stringContaining('python3 -m pip install sglang,'),
  });
});
