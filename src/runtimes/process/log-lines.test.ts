import {appendFile, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {readNewLines} from './log-lines.ts';

let folder = '';
let log = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutover-lines-'));
  log = join(folder, 'chat.log');
});
afterEach(() => rm(folder, {recursive: true}));

test('a log that is not there yet has no lines, and has them when it comes', async () => {
  const newLines = readNewLines(log);
  expect(await newLines()).toEqual([]);
  await appendFile(log, 'first\n');
  expect(await newLines()).toEqual(['first']);
  expect(await newLines()).toEqual([]);
});

test('a line that is not whole is kept until its end comes, also when a character is cut in two', async () => {
  const newLines = readNewLines(log);
  const bytes = Buffer.from('one\nça va\nthree');
  await appendFile(log, bytes.subarray(0, 5)); // the first byte of ç
  expect(await newLines()).toEqual(['one']);
  await appendFile(log, bytes.subarray(5));
  expect(await newLines()).toEqual(['ça va']);
  await appendFile(log, '\n');
  expect(await newLines()).toEqual(['three']);
});

test('each drawing of a progress bar is a line, without colours; empty lines are none', async () => {
  const newLines = readNewLines(log);
  await appendFile(log, '\r  0%\r\u001b[31m100%\u001b[0m\n\n  \nend\n');
  expect(await newLines()).toEqual(['  0%', '100%', 'end']);
});
