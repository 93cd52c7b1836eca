import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import {expect, test} from 'vitest';
import {readClientJournal} from '../../records/read-journal.ts';
import {temporaryFolder} from '../../records/test-folder.ts';
import {projectRoot} from '../../root.ts';
import {machineNow} from '../clock.ts';
import {chatAnswer, chunk, chunkedHead, lastChunk, startTestServer} from '../test-server.ts';

const program = join(projectRoot, 'src/load/continuous/test-killed-client.ts');

test('the journal of a client that was killed has all that was sent and answered 100 ms before', async () => {
  const askedMs = new Map<string, number>();
  await using server = await startTestServer(({headers, socket}) => {
    askedMs.set(headers['x-request-id'] ?? '', machineNow());
    socket.write(chunkedHead + chunk(chatAnswer(2)) + lastChunk);
  });
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'client.jsonl');
  const child = spawn(process.execPath, [program, server.url, path], {stdio: ['ignore', 'pipe', 'inherit']});
  const [words, [, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  expect(signal).toBe('SIGKILL');
  const {killedMs} = JSON.parse(words);

  const written = (await readFile(path, 'utf8')).split('\n');
  for (const line of written.slice(0, -1)) expect(JSON.parse(line)).toBeTruthy();
  const lines = await Array.fromAsync(readClientJournal(folder.path));
  const idsOf = (event: 'sent' | 'ended') => new Set(lines.filter(line => line.event === event).map(({id}) => id));
  const [sent, ended] = [idsOf('sent'), idsOf('ended')];
  const before = [...askedMs].filter(([, atMs]) => atMs < killedMs - 100).map(([id]) => id);
  expect(before.length).toBeGreaterThan(100);
  expect(before.filter(id => !sent.has(id))).toEqual([]);
  expect(before.filter(id => !ended.has(id))).toEqual([]);
  expect([...ended].filter(id => !sent.has(id))).toEqual([]);
});
