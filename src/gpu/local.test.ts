import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {pathToFileURL} from 'node:url';
import {afterEach, expect, test, vi} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {projectRoot} from '../root.ts';
import {localNvidiaSmi} from './local.ts';
import {memoryQuery, repeating} from './queries.ts';
import {installNvidiaSmi} from './test-nvidia-smi.ts';

afterEach(() => vi.unstubAllEnvs());

const pidsOf = (program: string) => readFileSync(`${program}.pids`, 'utf8').trim().split('\n').map(Number);
/** A zombie has ended too: where the first process of a container reaps no orphans, it stays. */
const runs = (pid: number) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
};

test('each line is handed on until it is disposed of, and then no process is left', async () => {
  await using place = await temporaryFolder();
  const program = await installNvidiaSmi(place.path);
  vi.stubEnv('PATH', `${place.path}:${process.env.PATH}`);
  const lines: string[] = [];
  const {promise: recorded, resolve} = Promise.withResolvers<void>();
  const following = await localNvidiaSmi.follow(repeating(memoryQuery, 200), line => {
    if (lines.push(line) === 111) resolve(); // the recording, and one row more
  });
  await recorded;
  await following[Symbol.asyncDispose]();
  const expected = readFileSync(join(projectRoot, 'fixtures', 'nvidia-smi', 'memory.txt'), 'utf8')
    .trimEnd()
    .split('\n');
  expect(lines.slice(0, 110)).toEqual(expected);
  const withoutTime = (line = '') => line.slice(line.indexOf(','));
  expect(withoutTime(lines[110])).toBe(withoutTime(expected.at(-1)));
  expect(pidsOf(program).filter(runs)).toEqual([]);
  await following[Symbol.asyncDispose](); // a second time does no harm
});

test('where there is none, reading gives null and following rejects', async () => {
  vi.stubEnv('PATH', '/nonexistent');
  expect(await localNvidiaSmi.read(memoryQuery)).toBeNull();
  await expect(localNvidiaSmi.follow(memoryQuery, () => {})).rejects.toMatchObject({code: 'ENOENT'});
});

test('one that ends by itself is disposed of like any other', async () => {
  await using place = await temporaryFolder();
  await installNvidiaSmi(place.path);
  vi.stubEnv('PATH', `${place.path}:${process.env.PATH}`);
  const {promise: said, resolve} = Promise.withResolvers<string>();
  const following = await localNvidiaSmi.follow(['--query-gpu=no.such', '-lms', '200'], resolve);
  expect(await said).toContain('not a valid field');
  await following[Symbol.asyncDispose]();
});

test('it does not outlive a harness that is killed with SIGKILL', async () => {
  await using place = await temporaryFolder();
  const program = await installNvidiaSmi(place.path);
  const code = `
    const {localNvidiaSmi} = await import('${pathToFileURL(join(projectRoot, 'src/gpu/local.ts'))}');
    await localNvidiaSmi.follow(${JSON.stringify(repeating(memoryQuery, 50))}, line => console.log(line));
  `;
  const harness = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    env: {...process.env, PATH: `${place.path}:${process.env.PATH}`},
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(harness.stdout, 'data');
  const pids = pidsOf(program);
  expect(pids.filter(runs)).toHaveLength(1);
  harness.kill('SIGKILL');
  while (pids.some(runs)) await delay(20); // the test's own limit ends a wait that would not end
});
