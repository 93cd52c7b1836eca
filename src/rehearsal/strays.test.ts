import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {endOrphans, rehearsalOf} from './strays.ts';

const words = (line: string) => line.split(' ');

describe('the rehearsal that a process is a helper of', () => {
  test('is read off the command line of a keeper and of a gateway', () => {
    const up = 'node src/start.js up --engine vllm --folder /r/1/logs/baseline-1 --control-port 0';
    expect(rehearsalOf(words(up))).toBe('/r/1');
    const gateway = 'node src/start.js gateway --admin-port 0 --port 3001 --journal /r/1/gateway.jsonl';
    expect(rehearsalOf(words(gateway))).toBe('/r/1');
  });

  test.each([
    'node src/start.js gateway --engine vllm --journal /r/1/gateway.jsonl',
    'node src/start.js up --engine vllm --folder /r/1/logs/baseline-1',
    'vim /r/1/gateway.jsonl --journal',
  ])('is none of what a person started: %s', line => {
    expect(rehearsalOf(words(line))).toBeNull();
  });
});

test('a gateway that is ended leaves no token behind', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'gateway-token'), 'secret');
  const gateway = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], {stdio: 'ignore'});
  await once(gateway, 'spawn');
  expect(await endOrphans([{pid: gateway.pid ?? 0, folder: folder.path}])).toEqual([]);
  expect(await readdir(folder.path)).toEqual([]);
});
