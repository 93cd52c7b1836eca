import {execFileSync} from 'node:child_process';
import {mkdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {execa} from 'execa';
import {afterAll, beforeAll, beforeEach, expect, test, vi} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {projectRoot} from '../root.ts';
import {copyFakeEngine} from '../runtimes/docker/test-docker.ts';
import {type OwnDocker, ownDocker} from '../runtimes/docker/test-own-docker.ts';
import {readRun} from './test-cutover.ts';

// Runs that end in every way but the good one, on a Docker engine of their own: it can be restarted, and all that is on
// it is theirs. The lock on the GPU is taken as on a machine that has one; /dev/null is the GPU.
vi.setConfig({testTimeout: 90_000}); // each starts a container or two, and some wait for an engine's grace
let engine: OwnDocker;
let image = '';
beforeAll(async () => {
  engine = await ownDocker();
  image = await copyFakeEngine(engine.docker);
}, 120_000);
afterAll(() => engine[Symbol.asyncDispose]());
beforeEach(() => engine.empty());

const canary = 'hf_canary0123456789abcdef';
const cutover = (...words: readonly string[]) =>
  execa(process.execPath, [join(projectRoot, 'src', 'start.js'), ...words], {
    reject: false,
    stdin: 'ignore',
    env: {...engine.environment, HF_TOKEN: canary},
  });
type Running = ReturnType<typeof cutover>;

/** A run of many short trials, its record in `<folder>/<name>`. */
const benchIn = async (folder: string, name: string, repetitions = 1000) => {
  const settings = join(folder, 'host.yaml'); // JSON is YAML
  await writeFile(settings, JSON.stringify({image, gpus: {devices: ['/dev/null:/dev/nvidia0']}}));
  const out = join(folder, name);
  const load = `--suite chat --requests 4 --concurrency 4 --warmup 0 --prompt-tokens 32 --output-tokens 4 --repetitions ${repetitions}`;
  const where = ['--engine', 'vllm', '--runtime', 'docker', '--docker-settings', settings, '--out', out];
  return {out, running: cutover('bench', ...load.split(' '), '--format', 'csv', ...where)};
};

/** Resolves when the program has said it on stderr. */
const said = (running: Running, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    let all = '';
    running.stderr.on('data', chunk => {
      all += chunk;
      if (all.includes(text)) resolve();
    });
    running.stderr.once('end', () => reject(new Error(`it ended without saying ${JSON.stringify(text)}:\n${all}`)));
  });

/** What is on the engine but for caches: names of containers and networks. */
const onEngine = async (): Promise<readonly string[]> => {
  const containers = await engine.docker.listContainers({all: true});
  const networks = await engine.docker.listNetworks();
  const own = networks.filter(({Name}) => !['bridge', 'host', 'none'].includes(Name));
  return [...containers.map(({Names}) => Names[0] ?? ''), ...own.map(({Name}) => Name)].toSorted();
};

const killedInTheSecondTrial = async (folder: string) => {
  const {out, running} = await benchIn(folder, 'killed');
  await said(running, 'trial 2 of');
  running.kill('SIGKILL');
  await running;
  return out;
};

const recordIsWhole = async (out: string) => {
  const {record} = await readRun(out);
  expect(record).toMatchObject({status: 'running', failure: null});
  expect(record.trials[0]).toMatchObject({index: 0, counts: {ok: 4, failed: 0}});
};

test('kill -9 of cutover, then clean: it shows and removes what that run made and nothing else; log and record survive', async () => {
  await using place = await temporaryFolder();
  // Not ours, whatever its name.
  const bystander = await engine.docker.createContainer({
    name: 'cutover-chat',
    Image: image,
    Entrypoint: ['node'],
    Cmd: ['x'],
  });
  const out = await killedInTheSecondTrial(place.path);
  const names = await onEngine();
  expect(names).toContain('/cutover-gpu');
  expect(names.length).toBeGreaterThanOrEqual(4); // the bystander, the lock, the server and the network

  const look = await cutover('clean', '--dry-run');
  expect([look.exitCode, await onEngine()]).toEqual([0, names]);
  expect(look.stdout).toMatch(/ chat +container cutover-.*-chat +running .* is gone +would be removed$/m);
  await rm(join(out, 'chat.log')); // it comes from Docker, whole
  const {exitCode, stdout, stderr} = await cutover('clean');
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^On unix:/)]);
  expect(await onEngine()).toEqual(['/cutover-chat']);
  await bystander.remove();

  await recordIsWhole(out);
  const kept = await Promise.all(['record.json', 'chat.log'].map(name => readFile(join(out, name), 'utf8')));
  expect(kept[1]).toContain('Application startup complete.');
  for (const text of [...kept, look.stdout, stdout, stderr]) expect(text).not.toContain(canary);
});

test('kill -9 of cutover, then the next run: it removes what was left, says so, and gets the GPU', async () => {
  await using place = await temporaryFolder();
  const out = await killedInTheSecondTrial(place.path);
  const {running} = await benchIn(place.path, 'next', 1);
  const {exitCode, stderr} = await running;
  expect(stderr).toMatch(/ended without removing what it had made/);
  expect(exitCode).toBe(0);
  expect(await onEngine()).toEqual([]);
  await recordIsWhole(out);
});

test('Ctrl-C leaves nothing on the Docker engine', async () => {
  await using place = await temporaryFolder();
  const {out, running} = await benchIn(place.path, 'run');
  await said(running, 'trial 2 of');
  running.kill('SIGINT');
  expect((await running).exitCode).toBe(20);
  expect(await onEngine()).toEqual([]);
  const {record} = await readRun(out);
  expect(record.status).toBe('interrupted');
});

test('Ctrl-C while a server starts leaves nothing either', async () => {
  await using place = await temporaryFolder();
  const {running} = await benchIn(place.path, 'run');
  await said(running, 'chat: ');
  running.kill('SIGINT');
  const {exitCode, stderr} = await running;
  expect([exitCode, stderr]).toEqual([20, expect.stringMatching(/^INTERRUPTED: /m)]);
  expect(await onEngine()).toEqual([]);
});

test('an error in the middle of a run leaves nothing: its folder is moved away', async () => {
  await using place = await temporaryFolder();
  const {out, running} = await benchIn(place.path, 'run');
  await said(running, 'trial 2 of');
  await rename(out, join(place.path, 'away'));
  const {exitCode, stderr} = await running;
  expect(stderr).toMatch(/^RECORD_NOT_WRITABLE: /m);
  expect(exitCode).toBe(13);
  expect(await onEngine()).toEqual([]);
});

test('a disk that is full ends the run with an error that says so, and leaves nothing', async () => {
  await using place = await temporaryFolder();
  const disk = join(place.path, 'run');
  await mkdir(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
  try {
    const {running} = await benchIn(place.path, 'run');
    await said(running, 'trial 2 of');
    await expect(writeFile(join(disk, 'filler'), Buffer.alloc(2e6))).rejects.toMatchObject({code: 'ENOSPC'});
    const {exitCode, stderr} = await running;
    expect(stderr).toMatch(/^RECORD_NOT_WRITABLE: .*no space left on device/im);
    expect(exitCode).toBe(13);
    expect(await onEngine()).toEqual([]);
  } finally {
    execFileSync('umount', [disk]);
  }
});

test('two at once: the second is told who has the GPU, and does not touch it', async () => {
  await using place = await temporaryFolder();
  const first = await benchIn(place.path, 'first');
  await said(first.running, 'trial 2 of');
  const second = await benchIn(place.path, 'second');
  const {exitCode, stderr} = await second.running;
  expect(stderr).toMatch(
    /^GPU_BUSY: The GPU of unix:.* is taken by run .*-vllm-.* \(process \d+ of .*\/first\) since /m,
  );
  expect(stderr).toMatch(/^Wait for it, or end it/m);
  expect(exitCode).toBe(11);
  // Nor does clean.
  expect((await cutover('clean')).stderr).toContain('--all removes it too');
  expect(await onEngine()).toContain('/cutover-gpu');
  first.running.kill('SIGINT');
  expect((await first.running).exitCode).toBe(20);
  expect((await readRun(first.out)).record.status).toBe('interrupted');
  expect(await onEngine()).toEqual([]);
});

test('a Docker engine that is restarted ends the run, which leaves nothing, or says what stays for clean to remove', async () => {
  await using place = await temporaryFolder();
  const {out, running} = await benchIn(place.path, 'run');
  await said(running, 'trial 2 of');
  await engine.stop();
  await engine.start();
  const {exitCode, stderr} = await running;
  expect(stderr).toMatch(/^ENGINE_DIED: /m);
  expect(exitCode).toBe(12);
  // It ends within seconds of its server. An engine that takes longer to come back, as on a busy machine, cannot be asked to remove
  // anything by then: each thing that stays was told, and clean removes it.
  const stays = await onEngine();
  const told = stderr.match(/ stays \(.*\): npm run clean removes it$/gm) ?? [];
  expect(told.length).toBeGreaterThanOrEqual(stays.length);
  if (stays.length > 0) expect((await cutover('clean')).exitCode).toBe(0);
  expect(await onEngine()).toEqual([]);
  const {record} = await readRun(out);
  expect(record).toMatchObject({status: 'failed', failure: {code: 'ENGINE_DIED'}});
});
