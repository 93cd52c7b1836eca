import {afterAll, beforeAll, expect, test} from 'vitest';
import {engines} from '../engines/index.ts';
import {type Gateway, startGateway} from '../gateway/server.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import {attachTo} from '../runtimes/attach.ts';
import {simulatorConfig} from '../simulator/config.ts';
import {type RunningSimulator, startSimulator} from '../simulator/server.ts';
import {askContract} from './contract.ts';
import {benchHere} from './test-cutover.ts';

const never = new AbortController().signal;
let simulator: RunningSimulator;
let gateway: Gateway;

beforeAll(async () => {
  simulator = await startSimulator(simulatorConfig.parse({dialect: 'sglang', speed: 500}));
  const targets = [{role: null, url: simulator.url}];
  const stack = await attachTo({engine: engines.sglang, targets, models: {}, signal: never, onLine() {}});
  gateway = await startGateway({stack, port: 0, timeoutMs: 20_000});
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await simulator[Symbol.asyncDispose]();
});

const run = async (...urls: string[]) => {
  let stdout = '';
  const terminal = {
    out(text: string) {
      stdout += text;
    },
    note() {},
    warn() {},
    progress: {show() {}, finish() {}},
  };
  const options = {seed: 1, timeout: 20, json: true};
  const code = await askContract({urls, options, terminal, interrupted: never});
  return {code, said: JSON.parse(stdout)};
};

test('a service can stand in for itself, every field compared; of a simulated engine that is inconclusive: exit code 2', async () => {
  const {code, said} = await run(gateway.url, gateway.url);
  expect([code, said.dropIn.verdict]).toEqual([2, 'drop-in']);
  expect(said.services.map(({simulated}: {simulated: boolean}) => simulated)).toEqual([true, true]);
  expect(said.dropIn.fields.length).toBeGreaterThan(25);
});

test('an engine itself is no such service, and cannot stand in for one', async () => {
  const {code, said} = await run(gateway.url, simulator.url);
  expect([code, said.dropIn.verdict]).toEqual([1, 'different']);
  expect((await run(simulator.url)).code).toBe(1);
});

test('where nothing listens is an error, and so is what is no URL', async () => {
  await expect(run('http://127.0.0.1:1')).rejects.toMatchObject({code: 'ENGINE_UNREACHABLE'});
  await expect(run('localhost')).rejects.toMatchObject({code: 'BAD_OPTIONS'});
});

test('a service under a prefix is refused, and not asked at another place', async () => {
  await expect(run(`${gateway.url}/v1`)).rejects.toMatchObject({
    code: 'BAD_OPTIONS',
    message: `${gateway.url}/v1 has a path: the contract's paths stand at the top of a service`,
  });
});

test('the suite asks an engine through our gateway, and a service as it is: the same questions, no check failed', async () => {
  const examine = async (...words: string[]) => {
    await using folder = await temporaryFolder();
    const {record, failure} = await benchHere(`${folder.path}/run`, '--suite', 'contract', ...words);
    expect(failure).toBeNull();
    expect(record.evidence).toBe('simulated');
    return record.examinations[0];
  };
  const through = await examine('--engine', 'sglang', '--attach', simulator.url);
  const direct = await examine('--engine', 'service', '--attach', gateway.url);
  expect(through?.checks.filter(({outcome}) => outcome === 'fail' || outcome === 'unknown')).toEqual([]);
  expect(direct?.checks).toEqual(through?.checks);
  expect(direct?.dataHash).toBe(through?.dataHash);
});

test('a service is measured with whole replies, chat too, with E2E and no TTFT', async () => {
  await using folder = await temporaryFolder();
  const small = [
    '--requests',
    '4',
    '--warmup',
    '1',
    '--repetitions',
    '1',
    '--concurrency',
    '2',
    '--output-tokens',
    '4',
  ];
  const words = ['--engine', 'service', '--attach', gateway.url, '--suite', 'chat', ...small];
  const {record, samples} = await benchHere(`${folder.path}/run`, ...words);
  expect(record.trials[0]).toMatchObject({counts: {ok: 4, failed: 0}, ttftMs: null, outputTokens: 16});
  expect(record.trials[0]?.e2eMs?.n).toBe(4);
  expect(record.trials[0]?.outputTokensPerSecond).toBeGreaterThan(0);
  expect(samples).toHaveLength(4);
});
