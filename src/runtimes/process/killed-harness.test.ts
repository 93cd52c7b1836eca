import {spawn} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {expect, test} from 'vitest';
import {freePort} from '../free-port.ts';
import {pidIn, programFile, runs, until} from './test-programs/test-stack.ts';

test.each([
  {whom: 'it', target: (pid: number) => pid},
  {whom: 'its whole process group', target: (pid: number) => -pid},
])('a harness leaves neither server nor child behind when SIGKILL hits $whom', async ({target}) => {
  const logDir = await mkdtemp(join(tmpdir(), 'cutover-killed-'));
  const port = await freePort();
  const words = [programFile('harness.ts'), programFile('parent.ts'), String(port), logDir];
  const harness = spawn(process.execPath, words, {stdio: ['ignore', 'pipe', 'inherit'], detached: true});
  try {
    for await (const line of createInterface({input: harness.stdout})) if (line.includes('ready after')) break;
    const family = [pidIn(join(logDir, 'chat.log'), 'parent'), pidIn(join(logDir, 'chat.log'), 'child')];
    expect(family.map(runs)).toEqual([true, true]);
    process.kill(target(Number(harness.pid)), 'SIGKILL');
    await until(() => !family.some(runs));
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
  } finally {
    harness.kill('SIGKILL');
    await rm(logDir, {recursive: true});
  }
});
