import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {readCommandLine} from '../command-line.ts';
import {startTestService} from '../gswarm/test-service.ts';
import {freePort} from '../runtimes/free-port.ts';
import type {GswarmProbe} from '../schema/gswarm-probe.ts';
import {probe} from './probe.ts';

const never = new AbortController().signal;
const megabyte = 2 ** 20;
let url = '';
let service: Awaited<ReturnType<typeof startTestService>>;

// With room for two values of a megabyte and a bit.
beforeAll(async () => {
  service = await startTestService(2.5 * megabyte);
  ({url} = service);
});
afterAll(() => service[Symbol.asyncDispose]());

/** `probe` with these options in this process. */
const run = async (words: readonly string[], {interrupted = never, onProgress = () => {}} = {}) => {
  const invocation = readCommandLine(['probe', ...words], '1.2.3');
  if (invocation.command !== 'probe') throw new TypeError(words.join(' '));
  let said = '';
  const progress = {show: onProgress, finish() {}};
  const out = (text: string) => {
    said += text;
  };
  const terminal = {out, note() {}, warn() {}, progress};
  const [name = ''] = invocation.operands;
  const code = await probe({service: name, options: invocation.options, terminal, interrupted});
  return {code, said};
};

const outcomes = ({checks}: GswarmProbe) => Object.fromEntries(checks.map(({id, outcome}) => [id, outcome]));

test('all that is written comes back, what does not fit is refused with 507, and nothing is left in the service', async () => {
  const {code, said} = await run(['gswarm', '--url', url, '--keys', '4', '--bytes', `100,${megabyte}`, '--json']);
  const probed: GswarmProbe = JSON.parse(said);
  expect(code).toBe(0);
  expect(outcomes(probed)).toEqual({
    ...{'same-bytes': 'pass', 'moves-keep': 'pass', released: 'pass', missing: 'pass', full: 'pass'},
  });
  expect(probed.timings.map(({operation, valueBytes, asked, done}) => [operation, valueBytes, asked, done])).toEqual([
    ...['write', 'read', 'move', 'move back', 'release'].map(operation => [operation, 100, 4, 4]),
    ['write', megabyte, 4, 2],
    ...['read', 'move', 'move back', 'release'].map(operation => [operation, megabyte, 2, 2]),
  ]);
  const full = probed.timings.find(({valueBytes}) => valueBytes === megabyte);
  expect(full?.refused).toEqual([{status: 507, count: 2, said: 'Insufficient storage space'}]);
  expect(probed.timings.every(({ms}) => ms !== null && ms.p50 > 0 && ms.p99 === null)).toBe(true);
  expect(probed.maxDramBytes).toBe(2.5 * megabyte);
  expect(service.held()).toEqual({dram: 0, disk: 0});
});

test('a move to a GPU that is not there is answered with success and loses the value: exit code 1', async () => {
  const {code, said} = await run(['gswarm', '--url', url, '--keys', '2', '--bytes', '10', '--move-to', 'device:0']);
  expect(code).toBe(1);
  expect(said).toMatch(/^write +10 +2\/2 /m);
  expect(said).toMatch(/^fail +moves-keep/m);
  expect(said).toContain('"destination":"device:0"} had status 200, and the value is gone');
  expect(said).toMatch(/^release +10 +0\/2 +2 x 404 Key /m);
  expect(said).toContain('No engine reads its KV cache from this service');
});

test('where no value has room nothing can be told: exit code 2', async () => {
  const {code, said} = await run(['gswarm', '--url', url, '--keys', '1', '--bytes', String(3 * megabyte)]);
  expect(code).toBe(2);
  expect(said).toMatch(/^write +3145728 +0\/1 +1 x 507 /m);
  expect(said).toMatch(/^unknown same-bytes/m);
});

test('an interrupted probe leaves nothing in the service', async () => {
  const interruption = new AbortController();
  const onProgress = () => interruption.abort();
  const probing = run(['gswarm', '--url', url], {interrupted: interruption.signal, onProgress});
  await expect(probing).rejects.toMatchObject({code: 'INTERRUPTED'});
  expect(service.held()).toEqual({dram: 0, disk: 0});
});

test('where nothing or something else answers is one error that says how to start it, and other services are unknown', async () => {
  const nothing = `http://127.0.0.1:${await freePort()}`;
  await expect(run(['gswarm', '--url', nothing])).rejects.toMatchObject({
    code: 'ENGINE_UNREACHABLE',
    message: expect.stringContaining('GET /stats has no answer'),
    hint: expect.stringContaining('gswarm data start'),
  });
  const other = createServer((_, reply) => void reply.end('{}')).listen(0, '127.0.0.1');
  await once(other, 'listening');
  await expect(
    run(['gswarm', '--url', `http://127.0.0.1:${(other.address() as AddressInfo).port}`]),
  ).rejects.toMatchObject({
    code: 'ENGINE_UNREACHABLE',
    message: expect.stringContaining("is not gswarm's data service: GET /stats has status 200 and no statistics"),
  });
  other.close();
  await expect(run(['mooncake'])).rejects.toMatchObject({code: 'BAD_OPTIONS'});
});
