import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {readLogTail} from './log-tail.ts';

let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutover-log-'));
  path = join(folder, 'chat.log');
});
afterEach(() => rm(folder, {recursive: true}));

test('the tail is the last 200 lines, oldest first', async () => {
  await writeFile(path, Array.from({length: 250}, (_, index) => `line ${index + 1}\n`).join(''));
  const tail = await readLogTail(path);
  expect([tail.length, tail[0], tail.at(-1)]).toEqual([200, 'line 51', 'line 250']);
});

test('colours, empty lines and the steps of progress bars are taken apart', async () => {
  await writeFile(path, '\u001B[36mINFO\u001B[0m start\n\n 0%|  |\r100%|##|\r\nlast without newline');
  expect(await readLogTail(path)).toEqual(['INFO start', ' 0%|  |', '100%|##|', 'last without newline']);
});

test('of a log too large to read, the line that is cut is left out', async () => {
  await writeFile(path, `${'x'.repeat(200_000)}\nend\n`);
  expect(await readLogTail(path)).toEqual(['end']);
});

test('a log that does not exist has no lines', async () => {
  expect(await readLogTail(join(folder, 'none.log'))).toEqual([]);
});
