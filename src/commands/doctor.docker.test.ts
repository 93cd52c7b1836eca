import {once} from 'node:events';
import {chmod, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {createServer as createHttp, request} from 'node:http';
import {type AddressInfo, connect, createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {readCommandLine} from '../command-line.ts';
import {fakeEngineImage} from '../runtimes/docker/test-docker.ts';
import type {Finding, Outlook} from './doctor/findings.ts';
import {doctor} from './doctor.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutover-doctor-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, {recursive: true, force: true});
});

const print = async (...words: readonly string[]) => {
  const invocation = readCommandLine(['doctor', ...words], '1.2.3');
  if (invocation.command === 'print') throw new TypeError(words.join(' '));
  let text = '';
  const out = (more: string) => {
    text += more;
  };
  const exitCode = await doctor(invocation.options, {out, columns: 100}, new AbortController().signal);
  return {text, exitCode};
};

const examine = async (...words: readonly string[]) => {
  const {text, exitCode} = await print(...words, '--json');
  const {findings, outlooks} = JSON.parse(text) as {findings: Finding[]; outlooks: Outlook[]};
  return {exitCode, outlooks, find: (what: string) => findings.find(finding => finding.what === what)};
};

/** Settings of a Docker host for the simulated engine. */
const settings = async (more = '') => {
  const file = join(folder, 'host.yaml');
  await writeFile(file, `image: ${await fakeEngineImage()}\ngpus: none\nmodelCache: ${folder}\n${more}`);
  return file;
};

/** The real engine behind a socket that DOCKER_HOST names, with an error of its own for some paths. */
const damagedDocker = async (broken: RegExp): Promise<AsyncDisposable> => {
  const server = createHttp((from, to) => {
    if (broken.test(from.url ?? '')) {
      to.writeHead(500, {'content-type': 'application/json'}).end('{"message":"the store is damaged"}');
      return;
    }
    const {method, url: path, headers} = from;
    const there = request({socketPath: '/var/run/docker.sock', method, path, headers}, answer => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
    });
    from.pipe(there);
  }).listen(join(folder, 'docker.sock'));
  await once(server, 'listening');
  vi.stubEnv('DOCKER_HOST', `unix://${folder}/docker.sock`);
  return {
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

describe('with a Docker engine and settings that need no GPU', () => {
  test('a stack can be started, and the exit code says so', {timeout: 60_000}, async () => {
    const {exitCode, outlooks, find} = await examine('--engine', 'vllm', '--docker-settings', await settings());
    expect(outlooks).toEqual([
      {engine: 'vllm', runtime: 'docker', why: '--docker-settings was given.', canStart: true},
    ]);
    expect(exitCode).toBe(0);
    expect(find('Docker')?.says).toMatch(/^Docker \d+\..* answers at unix:\/\//);
    expect(find('toolkit')?.says).toContain('not needed');
    expect(find('image')).toMatchObject({state: 'ok'});
    expect(find('model cache')?.says).toBe(`${folder} is there and writable`);
    // The simulated engine downloads none, needs no GPU, and is wanted in a container.
    for (const what of ['chat model', 'model disk', 'GPU', 'GPU memory', 'GPU lock', 'as a process'])
      expect(find(what), what).toBeUndefined();
  });

  test('a token is said to be set, and is not shown', {timeout: 60_000}, async () => {
    vi.stubEnv('HF_TOKEN', 'hf_canary_5f1c');
    const {text} = await print('--engine', 'sglang', '--docker-settings', await settings());
    expect(text).toMatch(/^ok +HF_TOKEN +set/m);
    expect(text).not.toContain('canary');
    expect(text.trimEnd().split('\n').at(-1)).toBe(
      'bench --engine sglang would choose the docker runtime: --docker-settings was given.',
    );
  });

  test('a port that is named and taken keeps it from starting', {timeout: 60_000}, async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    try {
      const {port} = taken.address() as AddressInfo;
      const plan = join(folder, 'plan.yaml');
      const chat = `{role: chat, model: org/m, port: 8000, arguments: {}, docker: {hostPort: ${port}}}`;
      await writeFile(plan, `name: mine\nengine: vllm\ndescription: A plan\nservers:\n  - ${chat}\n`);
      const {exitCode, find} = await examine(
        '--engine',
        'vllm',
        '--stack',
        plan,
        '--docker-settings',
        await settings(),
      );
      expect(find('ports')).toMatchObject({
        state: 'missing',
        says: expect.stringContaining(`${port}`),
        fix: expect.stringContaining('leave hostPort out'),
      });
      expect(exitCode).toBe(11);
    } finally {
      taken.close();
    }
  });

  test('a port that is named for several servers is said to be one too few', {timeout: 60_000}, async () => {
    const file = await settings('hostPort: 18080\n');
    const {find} = await examine('--engine', 'vllm', '--docker-settings', file);
    expect(find('ports')).toMatchObject({
      state: 'missing',
      says: 'hostPort 18080 would be the port of 3 servers: chat, embed, rerank',
    });
  });

  test('a model of another image would be downloaded', {timeout: 60_000}, async () => {
    const file = join(folder, 'host.yaml');
    await writeFile(file, `image: no-such/engine:1\ngpus: none\nmodelCache: ${folder}\n`);
    const {find} = await examine('--engine', 'vllm', '--docker-settings', file);
    expect(find('chat model')?.says).toContain(`is not in ${folder} and will be downloaded`);
  });

  test.each([
    {broken: /\/info$/, what: 'Docker', says: 'It answers, and not to questions: the store is damaged'},
    {broken: /\/containers\/json/, what: 'leftovers', says: 'Docker cannot be asked: the store is damaged'},
    {broken: /\/volumes\/cutover-/, what: 'model cache', says: 'Docker cannot be asked: the store is damaged'},
    {broken: /\/images\//, what: 'image', says: /the store is damaged/},
  ])('$what that Docker fails to tell is missing, with its reason', {timeout: 60_000}, async ({broken, what, says}) => {
    const image = await fakeEngineImage();
    await using _ = await damagedDocker(broken);
    const file = join(folder, 'host.yaml');
    await writeFile(file, `image: ${image}\ngpus: none\n`);
    vi.stubEnv('HF_HOME', join(folder, 'none'));
    const {exitCode, find} = await examine('--engine', 'vllm', '--docker-settings', file);
    expect(find(what)).toMatchObject({
      state: 'missing',
      says: typeof says === 'string' ? says : expect.stringMatching(says),
      fix: expect.stringMatching(/./),
    });
    expect(exitCode).toBe(11);
  });

  test('a model of one role may be a folder, which must be there', {timeout: 60_000}, async () => {
    const file = await settings();
    const {exitCode, find} = await examine(
      ...[
        '--engine',
        'vllm',
        '--docker-settings',
        file,
        '--model',
        `chat=${folder}`,
        '--model',
        'embed=/no/such/model',
      ],
    );
    expect(find('chat model')).toMatchObject({state: 'ok', says: expect.stringContaining(folder)});
    expect(find('embed model')).toMatchObject({state: 'missing', says: '/no/such/model is not a folder here'});
    expect(exitCode).toBe(11);
  });
});

test('what is on the machine of a Docker engine elsewhere is not looked at rather than guessed', {
  timeout: 60_000,
}, async () => {
  const way = createServer(socket => {
    const there = connect('/var/run/docker.sock');
    socket.pipe(there).pipe(socket);
    for (const end of [socket, there]) end.on('error', () => socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(way, 'listening');
  try {
    // 127.0.0.1 as IPv6 writes it: an address that is not known to be this machine's.
    vi.stubEnv('DOCKER_HOST', `tcp://[::ffff:127.0.0.1]:${(way.address() as AddressInfo).port}`);
    const file = join(folder, 'host.yaml');
    await writeFile(file, `image: no/such:image\nmodelCache: /models\ngpus: all\n`);
    const {find} = await examine('--engine', 'vllm', '--docker-settings', file);
    expect(find('Docker')).toMatchObject({state: 'ok', says: expect.stringContaining('DOCKER_HOST')});
    for (const what of ["Docker host's GPU", 'GPU memory', 'image', 'model cache', 'chat model'])
      expect(find(what), what).toMatchObject({state: 'note', says: expect.stringContaining('not looked at')});
    expect(find('GPU')).toBeUndefined();
    expect(find('way')).toMatchObject({
      state: 'missing',
      says: expect.stringContaining('publishes the servers on its 127.0.0.1, which cannot be reached from here'),
      fix: expect.stringContaining('publish:'),
    });
    expect(find('model disk')).toBeUndefined();
  } finally {
    way.close();
  }
});

test('a Docker engine that does not answer is missing, with the reason and the fix', async () => {
  vi.stubEnv('DOCKER_HOST', `unix://${folder}/none.sock`);
  const file = join(folder, 'host.yaml');
  await writeFile(file, 'gpus: none\n');
  const {exitCode, find} = await examine('--engine', 'vllm', '--docker-settings', file);
  expect(find('Docker')).toMatchObject({
    state: 'missing',
    says: expect.stringContaining('none.sock'),
    fix: expect.stringMatching(/./),
  });
  expect(exitCode).toBe(11);
});

test('a Docker engine elsewhere that does not answer: what ssh said, and nothing of this machine is missing', async () => {
  vi.stubEnv('DOCKER_HOST', 'ssh://nobody@127.0.0.1:1');
  const {exitCode, outlooks, find} = await examine('--engine', 'vllm');
  expect(find('Docker')?.says).toMatch(
    /through ssh: .*\n\| ssh: connect to host 127\.0\.0\.1 port 1: Connection refused/,
  );
  expect(find('GPU')).toBeUndefined();
  for (const what of ["Docker host's GPU", 'GPU memory', 'model cache', 'chat model'])
    expect(find(what), what).toMatchObject({state: 'note', says: expect.stringContaining('not looked at')});
  expect(outlooks).toMatchObject([
    {runtime: 'docker', canStart: false, why: expect.stringContaining('DOCKER_HOST names a Docker engine')},
  ]);
  expect(exitCode).toBe(11);
});

test('processes need the engine installed, and not Docker', async () => {
  vi.stubEnv('DOCKER_HOST', `unix://${folder}/none.sock`);
  vi.stubEnv('HF_HOME', folder);
  const {exitCode, outlooks, find} = await examine('--engine', 'sglang', '--python', '/no/such/python');
  expect(outlooks).toMatchObject([{runtime: 'process', canStart: false}]);
  expect(find('Docker')?.state).toBe('note');
  expect(find('as a process')).toMatchObject({state: 'missing', fix: expect.stringContaining('pip install sglang')});
  expect(find('model cache')?.says).toContain(join(folder, 'hub'));
  expect(find('ports')?.what).toBe('ports');
  expect(exitCode).toBe(11);
});

test("a plan is held against what this machine's nvidia-smi says is free", async () => {
  vi.stubEnv('DOCKER_HOST', `unix://${folder}/none.sock`);
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
  const rows = `case "$*" in *name,uuid*) echo "NVIDIA H100, GPU-1, 81559, 580.95.05";; *used,memory.free*) echo "70000, 10960";; esac`;
  await writeFile(join(folder, 'nvidia-smi'), `#!/bin/sh\n${rows}\n`);
  await chmod(join(folder, 'nvidia-smi'), 0o755);
  const {exitCode, find} = await examine('--engine', 'vllm', '--python', 'python3');
  expect(find('GPU')?.says).toBe('NVIDIA H100, 79.6 GiB, driver 580.95.05');
  // 10960 MiB, and the plan asks for 90 % of 80960.
  expect(find('GPU memory')).toMatchObject({state: 'missing', says: expect.stringMatching(/^10\.7 GiB are free\. /)});
  expect(exitCode).toBe(11);
});

test('without an engine it looks at the machine, and at the choice for each engine that can be started', async () => {
  const {outlooks, find} = await examine();
  expect(outlooks.map(({engine}) => engine)).toEqual(['vllm', 'sglang', 'bentoml']);
  expect(find('plan')).toMatchObject({state: 'note', fix: 'npm run doctor -- --engine vllm'});
  expect(find('image')).toBeUndefined();
});

test('a plan of another engine is refused', async () => {
  await expect(print('--engine', 'vllm', '--stack', 'sglang')).rejects.toMatchObject({code: 'BAD_OPTIONS'});
});
