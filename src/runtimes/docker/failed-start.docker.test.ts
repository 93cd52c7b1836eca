import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {type AddressInfo, createServer} from 'node:net';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {CutoverError} from '../../errors.ts';
import {type DockerOptions, startDocker} from './start.ts';
import {quickEngine, type TestRun, testRun} from './test-stack.ts';

let run: TestRun;
beforeEach(async () => {
  run = await testRun();
});
afterEach(async () => {
  expect(await run.left()).toEqual({containers: [], networks: []}); // whatever failed
  await run[Symbol.asyncDispose]();
});

/** The error with which a start ends. */
const failureOf = async (options: DockerOptions): Promise<CutoverError> => {
  const thrown = await startDocker(options).then(
    stack => stack[Symbol.asyncDispose]().then(() => null),
    (error: unknown) => error,
  );
  if (thrown instanceof CutoverError) return thrown;
  throw new Error('it did not fail as it should', {cause: thrown});
};

test('a server that crashes at once is diagnosed by its log', async () => {
  const {code, message, hint, logTail} = await failureOf(run.options([{role: 'chat', fake: 'crash'}]));
  expect(code).toBe('ENGINE_DID_NOT_START');
  expect(message).toMatch(/^The chat server \(vLLM, test\/model\) exited with code 1 .*: less GPU memory is free than/);
  expect(hint).toContain('Lower gpu-memory-utilization');
  expect(logTail.join()).toContain('less than desired GPU memory utilization');
  expect((await run.log('chat')).trimEnd().split('\n')).toEqual(logTail);
});

test('a death in the middle of loading is noticed at once', async () => {
  // Were its end not noticed, this would take ten minutes.
  const {message} = await failureOf(run.options([{role: 'chat', fake: 'slow=300;crash=RuntimeError: gone'}]));
  expect(message).toContain('exited with code 1');
});

test('a server that is not ready in time says how the last probe failed, and is stopped', async () => {
  const options = run.options([{role: 'chat', fake: 'never-ready', readyWithinSeconds: 1}], {engine: quickEngine});
  const {code, message} = await failureOf(options);
  expect(code).toBe('ENGINE_DID_NOT_START');
  expect(message).toMatch(/was not ready within 1 s \(.+\)$/);
});

test.each([
  {who: 'the server', fake: 'eat-memory'},
  {who: 'a child of it', fake: 'eat-memory-in-child'},
])('the kernel killing $who at the memory limit is told with the limit and how to raise it', async ({fake}) => {
  const {code, message, hint} = await failureOf(run.options([{role: 'chat', fake, docker: {memoryGiB: 0.25}}]));
  expect(code).toBe('ENGINE_DID_NOT_START');
  expect(message).toContain('was killed by the kernel: its memory limit of 0.25 GiB is used up');
  expect(hint).toBe('Raise memoryGiB, which is 0.25, in the stack file or in the file for --docker-settings.');
});

test('a stated port that is taken is named, with the ways out', async () => {
  const taken = createServer().listen({port: 0, host: '127.0.0.1'});
  await once(taken, 'listening');
  const {port} = taken.address() as AddressInfo;
  const {code, message, hint} = await failureOf(run.options([{role: 'chat', docker: {hostPort: port}}]));
  taken.close();
  expect(code).toBe('ENGINE_DID_NOT_START');
  expect(message).toContain(`127.0.0.1:${port}`);
  expect(hint).toContain('leave hostPort out');
});

test('one port for all servers is refused before anything is looked for', async () => {
  const {code, message, hint} = await failureOf(
    run.options([{role: 'chat'}, {role: 'embed'}], {hostSettings: {hostPort: 18_000, image: '127.0.0.1:1/none:1'}}),
  );
  expect(code).toBe('BAD_STACK');
  expect(message).toBe('hostPort 18000 would be the port of 2 servers: chat, embed');
  expect(hint).toContain('Leave it out');
});

test('an address that the Docker host does not have is named', async () => {
  const {message, hint} = await failureOf(run.options([{role: 'chat'}], {hostSettings: {publish: '203.0.113.9'}}));
  expect(message).toContain('203.0.113.9');
  expect(hint).toContain('`ip addr`');
});

test('a volume for compiled kernels that a failed start had made goes again, and one that was there stays', async () => {
  const name = `${run.runId}-compiled`;
  const failing = run.options([{role: 'chat', fake: 'crash'}]);
  await failureOf(failing);
  await expect(run.docker.getVolume(name).inspect()).rejects.toMatchObject({statusCode: 404});
  await run.docker.createVolume({Name: name});
  await failureOf(failing);
  expect(await run.docker.getVolume(name).inspect()).toMatchObject({Name: name});
});

test('an image that is nowhere is missing before anything is made', async () => {
  const {code, message} = await failureOf(
    run.options([{role: 'chat'}], {hostSettings: {image: '127.0.0.1:1/no/such-engine:1'}}),
  );
  expect(code).toBe('IMAGE_MISSING');
  expect(message).toContain('no/such-engine:1');
});

test('what Docker refuses before there is a container is told in its words, and is no bug of ours', async () => {
  const {code, message} = await failureOf(run.options([{role: 'chat'}], {hostSettings: {modelCache: '~/models'}}));
  expect(code).toBe('ENGINE_DID_NOT_START');
  expect(message).toMatch(/^Images and caches could not be prepared: .*invalid characters for a local volume name/);
});

test('a command that the image does not have is named', async () => {
  const {message, hint} = await failureOf(
    run.options([{role: 'chat', docker: {command: ['no-such-engine', 'serve']}}]),
  );
  expect(message).toContain('no-such-engine');
  expect(hint).toContain('name a program that the image has');
});

test('a GPU that the Docker engine cannot hand out is an error with the fix', async () => {
  const {code, hint} = await failureOf(run.options([{role: 'chat'}], {hostSettings: {gpus: 'all'}}));
  expect(code).toBe('ENGINE_DID_NOT_START');
  expect(hint).toContain('nvidia-container-toolkit');
});

test('CDI at a Docker engine that does not know it is an error with the way out', async () => {
  const {hint} = await failureOf(run.options([{role: 'chat'}], {hostSettings: {gpus: {cdi: ['nvidia.com/gpu=0']}}}));
  expect(hint).toMatch(/CDI/);
});

test('a folder of `binds` that is not there is refused, and not made', async () => {
  const missing = join(run.folder, 'missing');
  const {message, hint} = await failureOf(
    run.options([{role: 'chat'}], {hostSettings: {binds: [`${missing}:/data:ro`]}}),
  );
  expect(message).toContain(`bind source path does not exist: ${missing}`);
  expect(hint).toContain('`binds`');
  expect(existsSync(missing)).toBe(false);
});

test('a folder that is no model is refused, and not made', async () => {
  const {message, hint} = await failureOf(run.options([{role: 'chat', model: '/no/such/model'}]));
  expect(message).toContain('bind source path does not exist: /no/such/model');
  expect(hint).toContain('name the right one');
});

test('a server that fails takes down those that had started before it', async () => {
  const {message} = await failureOf(run.options([{role: 'chat'}, {role: 'embed', fake: 'crash'}]));
  expect(message).toMatch(/^The embed server .*exited with code 1/);
});

test.each(['starting', 'loading weights'])(
  'an interruption when it is %s stops the server, and is thrown',
  async when => {
    const interruption = new AbortController();
    const failing = failureOf(
      run.options([{role: 'chat', fake: 'never-ready'}], {
        engine: quickEngine,
        signal: interruption.signal,
        onLine: line => line.includes(when) && interruption.abort(),
      }),
    );
    expect((await failing).code).toBe('INTERRUPTED');
    // What had not yet asked for SIGTERM cannot heed it.
    expect(run.lines.join('\n')).not.toContain('did not stop within');
  },
);

test('after an interruption nothing is started', async () => {
  const {code} = await failureOf(run.options([{role: 'chat'}], {signal: AbortSignal.abort()}));
  expect(code).toBe('INTERRUPTED');
});

test('a secret reaches the server and no record, log, label, command, line or error, not even when the server prints it', async () => {
  const canary = 'hf_canary-4711-0815';
  const https_proxy = `http://user:${canary}@127.0.0.1:1`;
  const environment = {...process.env, HF_TOKEN: canary, https_proxy, OPENAI_API_KEY: 'sk-not-passed'};
  await using stack = await startDocker(run.options([{role: 'chat', fake: 'print-env'}], {environment}));
  const {Config} = await run.docker.getContainer(`cutover-${run.runId}-chat`).inspect();
  expect(Config.Env).toContain(`HF_TOKEN=${canary}`);
  expect(Config.Env.join()).not.toContain('sk-not-passed');
  const death = once(stack.died, 'abort');
  await fetch(`${stack.endpoint('chat').url}/die`, {method: 'POST'}).catch(() => null);
  await death;
  await stack[Symbol.asyncDispose]();
  const {reason} = stack.died;
  const log = await run.log('chat');
  expect(log).toContain('environment HF_TOKEN=***');
  expect(log).toContain('environment https_proxy=http://***@127.0.0.1:1');
  expect(reason.logTail.join()).toContain('environment HF_TOKEN=***');
  const shown = [
    stack.servers,
    Config.Labels,
    Config.Cmd,
    run.lines,
    reason,
    reason.message,
    reason.hint,
    reason.logTail,
  ];
  expect(JSON.stringify([log, ...shown])).not.toContain(canary);
});
