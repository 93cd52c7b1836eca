import {readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type Docker from 'dockerode';
import {afterEach, beforeAll, describe, expect, test, vi} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {fakeEngineImage, testDocker} from '../runtimes/docker/test-docker.ts';
import {benchHere} from './test-cutover.ts';

let docker: Docker;
let imageId = '';

beforeAll(async () => {
  docker = await testDocker();
  imageId = (await docker.getImage(await fakeEngineImage()).inspect()).Id;
});
afterEach(() => vi.unstubAllEnvs());

const words = (line: string) => line.split(' ');
const inContainers = words('--runtime docker --warmup 0 --repetitions 1 --format csv --docker-settings');
const quickSuite = words('--suite smoke --requests 4');

/** Containers and networks that a run has left. */
const leftOf = async (runId: string) => {
  const filters = {label: [`cutover.run=${runId}`]};
  const [containers, networks] = await Promise.all([
    docker.listContainers({all: true, filters}),
    docker.listNetworks({filters}),
  ]);
  return [...containers, ...networks];
};

const seconds = expect.any(Number);
const parts = {otherMiB: null, processMiB: null};

// Containers come and go slowly on a busy machine.
describe('a stack of three servers in containers', {timeout: 120_000}, () => {
  test.each([
    {
      engine: 'vllm',
      stack: 'vllm-default',
      version: '0.26.0+simulated',
      startup: {loadSeconds: 0.02, compileSeconds: 0.02, graphsSeconds: 0},
      chat: {weightsMiB: 3052, kvPoolMiB: 69_120, graphsMiB: 512, kvTokens: 2_527_744, ...parts},
      embed: {weightsMiB: 215, kvPoolMiB: null, graphsMiB: 143, kvTokens: null, ...parts},
      stops: 'stopping engine client mode=abort',
    },
    {
      engine: 'sglang',
      stack: 'sglang',
      version: '0.5.17+simulated',
      startup: {loadSeconds: 0.02, compileSeconds: null, graphsSeconds: 0.04},
      chat: {weightsMiB: 3103, kvPoolMiB: 53_146, graphsMiB: 1188, kvTokens: 1_943_850, ...parts},
      embed: {weightsMiB: 225, kvPoolMiB: 2990, graphsMiB: null, kvTokens: 84_973, ...parts},
      stops: 'Draining requests and shutting down',
    },
  ])('$engine: the record is whole, the logs are there, and nothing else is left', async expected => {
    await using place = await temporaryFolder();
    const {failure, record, notes} = await benchHere(
      place.path,
      ...['--engine', expected.engine, ...inContainers, 'fake-engine', ...quickSuite],
    );
    expect(failure).toBeNull();
    expect(record).toMatchObject({
      status: 'complete',
      evidence: 'simulated',
      engine: {runtime: 'docker', stack: expected.stack, version: expected.version},
    });
    const {servers} = record.engine;
    expect(servers.map(({role}) => role)).toEqual(['chat', 'embed', 'rerank']);
    expect(record.trials.map(({counts}) => counts)).toMatchObject(Array(4).fill({ok: 4, failed: 0}));

    for (const {url, container, startup} of servers) {
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      expect(container).toEqual({image: 'cutover-fake-engine:latest', digest: null, imageId});
      expect(startup).toMatchObject({pullSeconds: 0, createSeconds: seconds, loadSeconds: 0.02});
    }
    const [chat, embed] = servers;
    expect(chat?.startup).toMatchObject(expected.startup);
    expect(chat?.readySeconds).toEqual(seconds);
    expect(chat?.memory).toEqual(expected.chat);
    expect(embed?.memory).toEqual(expected.embed);

    // Each server is started when the one before it is ready.
    const said = notes.flatMap(note => /^(\w+): (starting|loading|ready)/.exec(note)?.slice(1, 3).join(' ') ?? []);
    expect(said).toEqual(
      ['chat', 'embed', 'rerank'].flatMap(role => ['starting', 'loading', 'ready'].map(step => `${role} ${step}`)),
    );
    for (const role of ['chat', 'embed', 'rerank'])
      expect(await readFile(join(place.path, `${role}.log`), 'utf8')).toContain(expected.stops);
    expect(await leftOf(record.runId)).toEqual([]);
  });
});

test('what --kv-tokens says is the size of the pool; a token that the server is given, and even writes into its log, is in no file', async () => {
  await using place = await temporaryFolder();
  await using outside = await temporaryFolder();
  vi.stubEnv('HF_TOKEN', 'hf_canaryCanaryCanary');
  const settings = join(outside.path, 'host.yaml');
  await writeFile(
    settings,
    'image: cutover-fake-engine:latest\ngpus: none\nmodelCache: cutover-fake-models\ncompileCache: cutover-fake-compiled\nenvironment: {CUTOVER_FAKE: print-env}\n',
  );
  const load = words('--engine sglang --suite chat --requests 4 --concurrency 2 --kv-tokens 65536');
  const {failure, record, notes, stdout} = await benchHere(place.path, ...inContainers, settings, ...load);
  expect(failure).toBeNull();
  expect(record.engine.servers.map(({role}) => role)).toEqual(['chat']);
  expect(record.engine.servers[0]?.memory?.kvTokens).toBe(65_536);

  expect(await readFile(join(place.path, 'chat.log'), 'utf8')).toMatch(/environment HF_TOKEN=(?!hf_)/);
  const files = (await readdir(place.path, {recursive: true, withFileTypes: true})).filter(file => file.isFile());
  const texts = await Promise.all(files.map(({parentPath, name}) => readFile(join(parentPath, name), 'latin1')));
  expect([...texts, ...notes, stdout].filter(text => text.includes('canaryCanary'))).toEqual([]);
  expect(await leftOf(record.runId)).toEqual([]);
});
