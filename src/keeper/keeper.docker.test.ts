import {randomBytes} from 'node:crypto';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {findLeftovers} from '../runtimes/docker/ownership/leftovers.ts';
import {fakeEngineImage, testDocker} from '../runtimes/docker/test-docker.ts';
import {become, embed, testKeepers, until, urlOf} from './test-keepers.ts';

let keepers: Awaited<ReturnType<typeof testKeepers>>;
let caches: readonly string[];
beforeEach(async () => {
  keepers = await testKeepers();
  caches = ['models', 'compiled'].map(kind => `test-${randomBytes(5).toString('hex')}-${kind}`);
});
afterEach(async () => {
  await keepers[Symbol.asyncDispose]();
  const docker = await testDocker();
  for (const name of caches) await docker.getVolume(name).remove().catch(() => {}); // biome-ignore format: one line
});

/** The fake engine in a container, with a limit of so much memory. */
const inContainer = async (memoryGiB?: number): Promise<readonly string[]> => {
  const server = {role: 'embed', model: 'm', port: 8000, arguments: {}};
  const plan = {name: 'test', engine: 'vllm', description: 'The fake engine', servers: [server]};
  const [modelCache, compileCache] = caches;
  const ulimits = {memlock: 65_536, stack: 8_388_608};
  const settings = {image: await fakeEngineImage(), gpus: 'none', ulimits, modelCache, compileCache, memoryGiB};
  const [stack, host] = [join(keepers.folder, 'stack.yaml'), join(keepers.folder, 'host.yaml')]; // JSON is YAML
  await writeFile(stack, JSON.stringify(plan));
  await writeFile(host, JSON.stringify(settings));
  return ['--engine', 'vllm', '--runtime', 'docker', '--stack', stack, '--docker-settings', host];
};

test('a container freezes and thaws, loses its network and gets it back, tells its account and its memory, and is no leftover', async () => {
  const {helper, keeper} = await keepers.start(await inContainer());
  const state = await become(keeper, 'serving');
  expect(state).toMatchObject({status: 'serving', runtime: 'docker', stack: 'test', evidence: 'simulated'});
  expect(state.servers[0]?.container?.imageId).toMatch(/^sha256:/);
  expect(await embed(urlOf(state), 'a')).toBe(200);

  await keeper.strike({act: 'freeze'});
  await expect(embed(urlOf(state), 'b', 500)).rejects.toThrow();
  await keeper.strike({act: 'thaw'});
  await keeper.strike({act: 'cut', role: 'embed'});
  await expect(embed(urlOf(state), 'c', 1000)).rejects.toThrow();
  await keeper.strike({act: 'mend', role: 'embed'});
  const mended = await keeper.state(); // Docker may have given it another port
  expect(await embed(urlOf(mended), 'd')).toBe(200);

  const {by, requests} = await keeper.account();
  const ok = requests.flatMap(({id, outcome}) => (outcome === 'ok' ? [id] : []));
  expect([by, ok]).toEqual(['ids', ['a', 'd']]);
  expect(await keeper.memory()).toMatchObject({
    vramMiB: expect.any(Number),
    hostMiB: expect.any(Number),
    simulated: true,
  });

  const docker = await testDocker();
  const owned = async () => (await findLeftovers({docker})).filter(({folder}) => folder === keepers.folder);
  expect((await owned()).map(({ownerState, owner}) => [ownerState, owner.split('/')[3]])).toEqual([
    ['alive', String(helper.pid)],
  ]);
  await keeper.strike({act: 'freeze'});
  await keeper.stop();
  expect(await owned()).toEqual([]);
});

test('a kill and a memory limit end it for real, and the keeper says by what', async () => {
  const {keeper} = await keepers.start(await inContainer(0.25));
  const before = await become(keeper, 'serving').then(keeper.memory);
  await keeper.strike({act: 'leak', mibPerSecond: 20});
  await until(keeper.memory, ({hostMiB}) => (hostMiB ?? 0) > (before.hostMiB ?? 0) + 10);
  await keeper.strike({act: 'fill-memory'});
  const {failure} = await become(keeper, 'died');
  expect(failure?.message).toContain('its memory limit of 0.25 GiB is used up');
  await keeper.stop();

  const {keeper: second} = await keepers.start(await inContainer());
  await become(second, 'serving');
  await second.strike({act: 'freeze'});
  await second.strike({act: 'kill'}); // a paused one as well
  expect((await become(second, 'died')).failure?.code).toBe('ENGINE_DIED');
});
