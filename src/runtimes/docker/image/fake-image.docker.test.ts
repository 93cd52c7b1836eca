import {once} from 'node:events';
import {text} from 'node:stream/consumers';
import type Docker from 'dockerode';
import {afterEach, beforeAll, describe, expect, test} from 'vitest';
import {fakeEngineImage, testDocker} from '../test-docker.ts';
import {buildFakeEngine} from './fake-image.ts';

let docker: Docker;
let image = '';
const containers: Docker.Container[] = [];

beforeAll(async () => {
  docker = await testDocker();
  image = await fakeEngineImage();
});
afterEach(async () => {
  for (const container of containers.splice(0)) await container.remove({force: true, v: true});
});

const start = async (options: {entrypoint?: string[]; words?: string[]; fake?: string; memoryMiB?: number} = {}) => {
  const {entrypoint, words = [], fake = '', memoryMiB = 0} = options;
  const container = await docker.createContainer({
    Image: image,
    ...(entrypoint === undefined ? {} : {Entrypoint: entrypoint}),
    Cmd: ['--port', '9000', '--host', '0.0.0.0', ...words],
    Env: [`CUTOVER_FAKE=${fake}`, 'SECRET=canary'],
    ExposedPorts: {'9000/tcp': {}},
    HostConfig: {
      PortBindings: {'9000/tcp': [{HostIp: '127.0.0.1', HostPort: ''}]},
      Memory: memoryMiB * 2 ** 20,
      MemorySwap: memoryMiB * 2 ** 20,
    },
  });
  containers.push(container);
  await container.start();
  return container;
};

const log = async (container: Docker.Container): Promise<string> =>
  (await container.logs({stdout: true, stderr: true, follow: false})).toString();

/** Its origin, once its log says that it serves. */
const serving = async (container: Docker.Container, sign: string): Promise<string> => {
  const stream = await container.logs({stdout: true, stderr: true, follow: true});
  let said = '';
  for await (const chunk of stream) {
    said += chunk;
    if (said.includes(sign)) {
      const {NetworkSettings} = await container.inspect();
      return `http://127.0.0.1:${NetworkSettings.Ports['9000/tcp']?.[0]?.HostPort}`;
    }
  }
  throw new Error(`it ended without saying ${sign}:\n${said}`);
};
const vllmServes = 'Application startup complete.';
const sglangServes = 'ready to roll!';
const sglang = ['python3', '-m', 'sglang.launch_server'];

/** How it ended: its code, and whether the kernel took it for its memory. */
const ended = async (container: Docker.Container) => {
  await container.wait();
  const {State} = await container.inspect();
  return {code: State.ExitCode, oomKilled: State.OOMKilled};
};

const chat = (url: string, tokens: number) =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: {'content-type': 'application/json'},
    body: JSON.stringify({
      model: 'org/m',
      messages: [{role: 'user', content: 'hello'}],
      max_tokens: tokens,
      ignore_eos: true,
      stream: true,
    }),
  });

test('is built once for what is in it, and is also the latest', async () => {
  expect(await buildFakeEngine(docker)).toBe(image);
  const [byHash, latest] = await Promise.all(
    [image, 'cutover-fake-engine:latest'].map(name => docker.getImage(name).inspect()),
  );
  expect(latest?.Id).toBe(byHash?.Id);
});

describe('started as the engine whose name it is called by', () => {
  test("vLLM by the image's own entry point: it drops what it works on when it is stopped", async () => {
    const container = await start({words: ['--model', 'org/m']});
    const url = await serving(container, vllmServes);
    expect(await (await fetch(`${url}/version`)).json()).toEqual({version: '0.26.0+simulated'});
    const reply = await chat(url, 30_000);
    expect(reply.headers.get('x-cutover-evidence')).toBe('simulated');
    const cut = reply.text().then(
      () => 'whole',
      () => 'cut off',
    );
    await container.stop({t: 60});
    expect(await cut).toBe('cut off');
    expect(await ended(container)).toEqual({code: 0, oomKilled: false});
  });

  test('SGLang by a whole command: it finishes what it works on when it is stopped', async () => {
    const container = await start({entrypoint: sglang, words: ['--model-path', 'org/m']});
    const url = await serving(container, sglangServes);
    expect(await (await fetch(`${url}/model_info`)).json()).toMatchObject({model_path: 'org/m'});
    const reply = await chat(url, 200);
    const whole = reply.text();
    await container.stop({t: 60});
    expect(await whole).toContain('data: [DONE]');
    expect(await ended(container)).toEqual({code: 0, oomKilled: false});
  });
});

describe('the bad days of an engine', () => {
  test.each([
    {name: 'vLLM', entrypoint: ['vllm', 'serve'], says: 'is less than desired GPU memory utilization'},
    {name: 'SGLang', entrypoint: sglang, says: 'Not enough memory. Please try to increase --mem-fraction-static.'},
  ])('$name finds too little memory while it starts', async ({entrypoint, says}) => {
    const container = await start({entrypoint, fake: 'crash'});
    expect(await ended(container)).toEqual({code: 1, oomKilled: false});
    expect(await log(container)).toContain(says);
  });

  test('it dies while it serves: when it is told to, and by itself', async () => {
    const told = await start();
    await expect(fetch(`${await serving(told, vllmServes)}/die`, {method: 'POST'})).rejects.toThrow();
    expect(await ended(told)).toEqual({code: 1, oomKilled: false});
    expect(await log(told)).toContain('EngineCore encountered a fatal error.');
    expect(await ended(await start({fake: 'exit-after=1'}))).toEqual({code: 1, oomKilled: false});
  });

  test('the kernel takes it, or its child, for its memory', async () => {
    const own = await start({fake: 'eat-memory', memoryMiB: 160});
    expect(await ended(own)).toEqual({code: 137, oomKilled: true});
    const child = await start({fake: 'eat-memory-in-child', memoryMiB: 240});
    expect(await ended(child)).toEqual({code: 1, oomKilled: true});
  });

  test('it loads for ever, does not stop when it is asked to, and tells what it was given', async () => {
    const container = await start({fake: 'never-ready;ignore-sigterm;print-env'});
    const followed = await container.logs({stdout: true, stderr: true, follow: true});
    const said = text(followed);
    await Promise.race([once(followed, 'data'), once(followed, 'end')]);
    await container.stop({t: 1});
    expect(await ended(container)).toEqual({code: 137, oomKilled: false});
    expect(await said).toContain('environment SECRET=canary');
    expect(await said).not.toContain(vllmServes);
  });
});
