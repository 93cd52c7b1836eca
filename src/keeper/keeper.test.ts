import {once} from 'node:events';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {execa} from 'execa';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {projectRoot} from '../root.ts';
import {freePort} from '../runtimes/free-port.ts';
import type {HelperProcess} from '../schema/rehearsal.ts';
import {openKeeper} from './client.ts';
import {stillRuns} from './helper-process.ts';
import {NotPossible} from './not-possible.ts';
import {become, embed, ended, testKeepers, until, urlOf} from './test-keepers.ts';

let keepers: Awaited<ReturnType<typeof testKeepers>>;
beforeEach(async () => {
  keepers = await testKeepers();
});
afterEach(() => keepers[Symbol.asyncDispose]());

const embedded = ['--engine', 'vllm', '--runtime', 'embedded'];

/** docker/fake-engine's program in the place of an engine's, without a container. */
const asProcess = async (fake: string): Promise<readonly string[]> => {
  const server = {role: 'embed', model: 'm', port: await freePort(), arguments: {}, environment: {CUTOVER_FAKE: fake}};
  const plan = {name: 'test', engine: 'vllm', description: 'The fake engine', servers: [server]};
  const path = join(keepers.folder, `stack-${server.port}.yaml`); // JSON is YAML
  await writeFile(path, JSON.stringify(plan));
  const command = `${process.execPath} ${join(projectRoot, 'docker/fake-engine/engine.ts')}`;
  return ['--engine', 'vllm', '--stack', path, '--command', command];
};

describe('a keeper', () => {
  test('serves through a relay, counts by ids, freezes and thaws, dies of a kill, and ends when it is asked to', async () => {
    const {helper, keeper} = await keepers.start([...embedded, '--model', 'm'], {relay: true});
    const state = await become(keeper, 'serving');
    expect(state).toMatchObject({status: 'serving', engine: 'vllm', runtime: 'embedded', evidence: 'simulated'});
    const url = urlOf(state);
    expect(await embed(url, 'a')).toBe(200);
    expect((await keeper.relay({mode: 'errors', everySeconds: 9, burstSeconds: 9})).text).toBe('relay: errors');
    expect(await embed(url, 'b')).toBe(500);
    await keeper.relay({mode: 'pass'});

    await keeper.strike({act: 'freeze'});
    await expect(embed(url, 'c', 300)).rejects.toThrow();
    await keeper.strike({act: 'thaw'});
    expect(await embed(url, 'd')).toBe(200);
    const {by, requests} = await keeper.account();
    const ok = requests.filter(({outcome}) => outcome === 'ok').map(({id, kind}) => `${kind} ${id}`);
    expect([by, ok]).toEqual(['ids', ['embed a', 'embed d']]); // b never came to it, c was not waited for

    const before = await keeper.memory();
    expect(before).toMatchObject({simulated: true, hostMiB: expect.any(Number)});
    await keeper.strike({act: 'leak', mibPerSecond: 100_000});
    await until(keeper.memory, ({vramMiB}) => vramMiB === null || vramMiB > (before.vramMiB ?? 0));
    // 100 GiB a second fill any card.
    expect(await become(keeper, 'died')).toMatchObject({failure: {code: 'ENGINE_DIED'}});
    await expect(embed(url, 'e')).rejects.toThrow();
    expect(await keeper.account()).toEqual({by: 'none', requests: [], finished: {}});
    expect(await keeper.stop()).toEqual({findings: []});
    await ended(helper);
  });

  test('tells why its stack did not come up, and stays to be asked', async () => {
    const {keeper} = await keepers.start(await asProcess('crash=the reason'));
    const {status, failure} = await become(keeper, 'serving');
    expect([status, failure?.code]).toEqual(['failed', 'ENGINE_DID_NOT_START']);
    expect(failure?.logTail.at(-1)).toBe('the reason');
    await expect(keeper.relay({mode: 'cut'})).rejects.toThrow(NotPossible);
    await keeper.stop();
  });

  test('with options that are wrong does not come up at all, and its words are the error', async () => {
    await expect(keepers.start(['--engine', 'vllm', '--runtime', 'nowhere'])).rejects.toMatchObject({
      code: 'ENGINE_DID_NOT_START',
      logTail: expect.arrayContaining([expect.stringContaining('--runtime')]),
    });
  });

  test('of servers that served before strikes none, and leaves them as they are', async () => {
    const {keeper: other} = await keepers.start([...embedded, '--model', 'm']);
    const url = urlOf(await become(other, 'serving'));
    const {keeper} = await keepers.start(['--engine', 'vllm', '--attach', url], {relay: true});
    await become(keeper, 'serving');
    await expect(keeper.strike({act: 'kill'})).rejects.toThrow('the servers were not started here');
    await keeper.stop();
    expect(await embed(url, 'a')).toBe(200);
  });

  test('outlives the SIGKILL of whoever started it', async () => {
    const program = `
      const {startKeeper} = await import(${JSON.stringify(join(import.meta.dirname, 'start-keeper.ts'))});
      const helper = await startKeeper(${JSON.stringify({argv: embedded, folder: keepers.folder, log: join(keepers.folder, 'k.log')})});
      console.log(JSON.stringify(helper));
      process.kill(process.pid, 'SIGKILL');`;
    const parent = await execa(process.execPath, ['--input-type=module', '-e', program], {reject: false});
    expect(parent.signal).toBe('SIGKILL');
    const helper: HelperProcess = JSON.parse(parent.stdout);
    keepers.helpers.push(helper);
    const keeper = openKeeper(helper.control);
    expect((await become(keeper, 'serving')).status).toBe('serving');
    expect(await stillRuns({...helper, startTicks: '1'})).toBe(false); // another process of the same number
    const stat = await readFile(`/proc/${helper.pid}/stat`, 'utf8');
    const [, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    expect(session).toBe(String(helper.pid)); // no terminal of others ends it
  });
});

describe('a server that is a process', () => {
  test('is killed while it loads', async () => {
    const {keeper} = await keepers.start(await asProcess('slow=5000'));
    await keeper.strike({act: 'kill', role: 'embed'}); // waits until there is one
    const {status, failure} = await become(keeper, 'serving');
    expect([status, failure?.message]).toEqual(['failed', expect.stringContaining('SIGKILL')]);
  });

  test('is frozen as a whole, leaks for real, dies of a kill, and a frozen one does not hold up the stop', async () => {
    const {keeper} = await keepers.start(await asProcess(''));
    const url = urlOf(await become(keeper, 'serving'));
    await keeper.strike({act: 'freeze'});
    await expect(embed(url, 'a', 300)).rejects.toThrow();
    await keeper.strike({act: 'thaw'});
    expect(await embed(url, 'b')).toBe(200);
    await expect(keeper.strike({act: 'cut'})).rejects.toThrow('only a container');

    const before = await keeper.memory();
    expect(before.vramMiB).toBeGreaterThan(0);
    await keeper.strike({act: 'leak', mibPerSecond: 200});
    const grown = ({hostMiB, vramMiB}: typeof before) =>
      (hostMiB ?? 0) > (before.hostMiB ?? 0) + 40 && (vramMiB ?? 0) > (before.vramMiB ?? 0) + 40;
    expect((await until(keeper.memory, grown)).simulated).toBe(true);
    expect((await keeper.processes()).length).toBeGreaterThan(0);

    await keeper.strike({act: 'freeze'});
    await keeper.stop();
    await expect(embed(url, 'c')).rejects.toThrow();
  });

  test('whose card is full dies as an engine does', async () => {
    const {keeper} = await keepers.start(await asProcess(''));
    await become(keeper, 'serving');
    await keeper.strike({act: 'fill-memory'});
    expect(await become(keeper, 'died')).toMatchObject({
      status: 'died',
      failure: {code: 'ENGINE_DIED', message: expect.stringContaining('the GPU ran out of memory')},
    });
  });
});

test('for a person it prints where each role is served, and Ctrl-C stops it', async () => {
  const words = [join(projectRoot, 'src/cli.ts'), 'up', ...embedded, '--folder', keepers.folder];
  const running = execa(process.execPath, words, {reject: false, stdin: 'ignore'});
  let out = '';
  running.stdout.on('data', chunk => {
    out += chunk;
  });
  while (!/^rerank /m.test(out)) await once(running.stdout, 'data');
  const url = /^embed (\S+)$/m.exec(out)?.[1] ?? '';
  expect(await embed(url, 'a')).toBeGreaterThanOrEqual(200);
  running.kill('SIGINT');
  expect((await running).exitCode).toBe(0);
  await expect(embed(url, 'b')).rejects.toThrow();
});
