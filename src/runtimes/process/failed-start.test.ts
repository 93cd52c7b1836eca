import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {type AddressInfo, createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {engines} from '../../engines/index.ts';
import {CutoverError} from '../../errors.ts';
import {freePort} from '../free-port.ts';
import {type ProcessOptions, startProcesses} from './start.ts';
import {pidIn, planFor, programFile, quickEngine, runs, until} from './test-programs/test-stack.ts';

let logDir = '';
let chatLog = '';
let lines: string[] = [];
beforeEach(async () => {
  logDir = await mkdtemp(join(tmpdir(), 'cutover-process-'));
  chatLog = join(logDir, 'chat.log');
  lines = [];
});
afterEach(() => rm(logDir, {recursive: true}));

/** The error with which the start of a test program ends. */
const failureOf = async (name: string, changes: Partial<ProcessOptions> = {}): Promise<CutoverError> => {
  const starting = startProcesses({
    engine: quickEngine,
    plan: planFor([{role: 'chat', port: await freePort()}]),
    launcher: [process.execPath, programFile(name)],
    python: 'python3',
    models: {},
    roles: ['chat'],
    host: '127.0.0.1',
    logDir,
    signal: new AbortController().signal,
    onLine: line => lines.push(line),
    ...changes,
  });
  const thrown = await starting.then(
    () => null,
    (error: unknown) => error,
  );
  if (thrown instanceof CutoverError) return thrown;
  throw new Error('it did not fail as it should', {cause: thrown});
};

test('lack of GPU memory is diagnosed at once, with the log and without the secrets in it', async () => {
  const plan = planFor([{role: 'chat', port: await freePort(), environment: {TEST_TOKEN: 'hf_secret'}}]);
  const {code, message, hint, logTail} = await failureOf('out-of-memory.ts', {plan});
  expect(code).toBe('ENGINE_DID_NOT_START');
  expect(message).toMatch(
    /^The chat server \(.*test\/model\) exited with code 1 after \d+\.\d s, before it was ready: \S/,
  );
  expect(hint).toBe(quickEngine.launch.deathSigns.find(({pattern}) => pattern.test('CUDA out of memory'))?.fix);
  expect(logTail).toHaveLength(3);
  expect(logTail[1]).toContain('token ***');
  expect(logTail.join()).not.toContain('hf_secret');
});

test('a server that is not ready in time says how the last probe failed, and is stopped', async () => {
  const port = await freePort();
  const plan = planFor([{role: 'chat', port, readyWithinSeconds: 0.2}]);
  const {code, message} = await failureOf('never-ready.ts', {plan});
  expect(code).toBe('ENGINE_DID_NOT_START');
  expect(message).toContain(`was not ready within 0.2 s (connect ECONNREFUSED 127.0.0.1:${port})`);
});

test('a server that fails takes the child with it that it left behind', async () => {
  await failureOf('leaves-child.ts');
  expect(runs(pidIn(chatLog, 'child'))).toBe(false);
});

test('a command that does not exist is named, with the ways out', async () => {
  const {code, message, hint} = await failureOf('', {launcher: ['no-such-engine', 'serve']});
  expect(code).toBe('ENGINE_DID_NOT_START');
  expect(message).toContain('could not be started with no-such-engine: there is no such command');
  expect(hint).toContain('--python');
  expect(hint).toContain('--command');
});

test('a port that is taken is refused before anything is started', async () => {
  const taken = createServer().listen({port: 0, host: '127.0.0.1'});
  await once(taken, 'listening');
  const {port} = taken.address() as AddressInfo;
  const plan = planFor([
    {role: 'chat', port: await freePort()},
    {role: 'embed', port},
  ]);
  const {message} = await failureOf('healthy.ts', {plan, roles: ['chat', 'embed']});
  taken.close();
  expect(message).toContain(`The embed server cannot have port ${port}`);
  expect(lines).toEqual([]);
});

test('a server that fails takes down those that had started before it', async () => {
  const [first, second] = [await freePort(), await freePort()];
  const plan = planFor([
    {role: 'chat', port: first},
    {role: 'embed', port: second},
  ]);
  const script = `process.argv.includes('${second}') ? process.exit(7) : import('${programFile('healthy.ts')}')`;
  const launcher = [process.execPath, '--input-type=module', '-e', script, '--'];
  const {message} = await failureOf('', {plan, roles: ['chat', 'embed'], launcher});
  expect(message).toMatch(/^The embed server .* exited with code 7/);
  await expect(fetch(`http://127.0.0.1:${first}/health`)).rejects.toThrow();
});

test('a role that the plan does not serve, and an engine that cannot be started, are refused', async () => {
  const missing = await failureOf('healthy.ts', {roles: ['chat', 'embed']});
  const foreign = await failureOf('healthy.ts', {engine: engines.openai});
  expect([missing.code, foreign.code]).toEqual(['BAD_OPTIONS', 'BAD_OPTIONS']);
  expect(lines).toEqual([]);
});

test('an interruption stops the server that starts, and is thrown', async () => {
  const interruption = new AbortController();
  const failing = failureOf('never-ready.ts', {signal: interruption.signal});
  await until(() => existsSync(chatLog) && runs(pidIn(chatLog, 'parent')));
  interruption.abort();
  expect((await failing).code).toBe('INTERRUPTED');
  expect(runs(pidIn(chatLog, 'parent'))).toBe(false);
});

test('after an interruption nothing is started', async () => {
  const {code} = await failureOf('healthy.ts', {signal: AbortSignal.abort()});
  expect(code).toBe('INTERRUPTED');
  expect(lines).toEqual([]);
});
