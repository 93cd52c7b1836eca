import {once} from 'node:events';
import {chmod, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import Docker from 'dockerode';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {fakeEngineImage, testDocker} from '../test-docker.ts';
import {sidecarNvidiaSmi} from './sidecar.ts';

/** Stands in for nvidia-smi in the container: says its arguments and its process number, fails, or repeats. */
const program = `#!/usr/local/bin/node
const [first] = process.argv.slice(2);
if (first === 'fail') process.exit(9);
console.log(process.argv.slice(2).join(' ') + ' as ' + process.pid + process.env.SMI_SUFFIX);
if (first === '-lms') setInterval(() => console.log('row'), 20);
`;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutover-smi-'));
  await writeFile(join(folder, 'nvidia-smi'), program);
  await chmod(join(folder, 'nvidia-smi'), 0o755);
});
afterEach(() => rm(folder, {recursive: true}));

const labels = {'cutover.test': 'sidecar'};
const sidecar = async (binds = [`${join(folder, 'nvidia-smi')}:/usr/local/bin/nvidia-smi:ro`]) => {
  const settings = {binds, environment: {SMI_SUFFIX: '!'}};
  return sidecarNvidiaSmi({docker: await testDocker(), image: await fakeEngineImage(), gpu: {}, settings, labels});
};
const left = async () => (await testDocker()).listContainers({all: true, filters: {label: ['cutover.test=sidecar']}});

test('one call gives what it prints, among the numbers of the host, and leaves no container', async () => {
  const smi = await sidecar();
  const page = await smi.read(['--query-gpu=uuid', '--format=csv']);
  expect(page).toMatch(/^--query-gpu=uuid --format=csv as \d+!\n$/);
  expect(Number(/as (\d+)/.exec(page ?? '')?.[1])).toBeGreaterThan(1); // in a PID namespace of its own it would be 1
  expect(await smi.read(['fail'])).toBeNull();
  expect(await left()).toEqual([]);
});

test('one that repeats hands on its lines until it is disposed of', async () => {
  const smi = await sidecar();
  const lines: string[] = [];
  const enough = Promise.withResolvers<void>();
  const following = await smi.follow(['-lms', '200'], line => {
    lines.push(line);
    if (lines.length === 5) enough.resolve();
  });
  await enough.promise;
  await following[Symbol.asyncDispose]();
  expect(lines[0]).toMatch(/^-lms 200 as/);
  expect(lines[1]).toBe('row');
  expect(await left()).toEqual([]);
});

test('an image without nvidia-smi gives nothing, and cannot be followed', async () => {
  const smi = await sidecar([]);
  expect(await smi.read(['-L'])).toBeNull();
  await expect(smi.follow(['-lms', '200'], () => {})).rejects.toThrow('nvidia-smi');
  expect(await left()).toEqual([]);
});

test('a Docker engine that leaves a question open is not waited for', async () => {
  const socketPath = join(folder, 'silent.sock');
  const silent = createServer(() => {}).listen(socketPath);
  await once(silent, 'listening');
  try {
    const docker = new Docker({socketPath});
    expect(await sidecarNvidiaSmi({docker, image: 'any', gpu: {}, settings: {}, labels}, 50).read(['-L'])).toBeNull();
  } finally {
    silent.closeAllConnections();
    silent.close();
  }
});
