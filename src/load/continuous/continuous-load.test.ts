import {once} from 'node:events';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {readClientJournal} from '../../records/read-journal.ts';
import {temporaryFolder} from '../../records/test-folder.ts';
import {machineNow} from '../clock.ts';
import {chatAnswer, chunk, chunkedHead, lastChunk, startTestServer} from '../test-server.ts';
import {startContinuousLoad} from './continuous-load.ts';
import type {LoadPart} from './part-arrivals.ts';
import {endedIn} from './test-journal.ts';

const chat: LoadPart = {name: 'chat', workload: {kind: 'chat', promptTokens: 64, outputTokens: 4}, ratePerSecond: 200};
const options = {seed: 7, sitting: 1, idPrefix: 'r.1', timeoutMs: 60_000, streams: true, parts: [chat]};

const answering = () => startTestServer(({socket}) => socket.write(chunkedHead + chunk(chatAnswer(2)) + lastChunk));

test('goes on while the thread that began it does something else, until it is told to stop', async () => {
  await using server = await answering();
  await using folder = await temporaryFolder();
  const journal = join(folder.path, 'client.jsonl');
  await using load = await startContinuousLoad({...options, url: server.url, journal});
  await endedIn(journal, 5);
  const [busyFromMs, busyMs] = [machineNow(), 300];
  while (machineNow() < busyFromMs + busyMs);
  const stopped = load.stop();
  expect(load.stop()).toBe(stopped);
  const {sent, served} = await stopped;
  // The server is in this thread, too: what came meanwhile is answered when there is time for it.
  expect(served).toBe(sent);
  const lines = await Array.fromAsync(readClientJournal(folder.path));
  const meanwhile = lines.filter(
    ({event, sentMs}) => event === 'sent' && sentMs > busyFromMs && sentMs < busyFromMs + busyMs,
  );
  expect(meanwhile.length).toBeGreaterThan(5);
});

test('disposed of while it is waited for, it gives up what is in flight, and the journal has all that was sent', async () => {
  await using server = await startTestServer(() => {});
  await using folder = await temporaryFolder();
  const journal = join(folder.path, 'client.jsonl');
  const load = await startContinuousLoad({...options, url: server.url, journal});
  while (server.received.length < 5) await new Promise(setImmediate);
  const stopped = load.stop();
  const [given] = await Promise.all([stopped.catch(() => 'given up'), load[Symbol.asyncDispose]()]);
  expect(given).toBe('given up');
  expect(load.failed.aborted).toBe(false);
  const lines = await Array.fromAsync(readClientJournal(folder.path));
  expect(lines.map(({event}) => event)).toEqual(lines.map(() => 'sent'));
  expect(lines.length).toBeGreaterThanOrEqual(5);
});

test('what keeps it from beginning is thrown as what it was', async () => {
  const broken = {...options, url: 'http://127.0.0.1:1', journal: '/none/client.jsonl'};
  await expect(startContinuousLoad(broken)).rejects.toMatchObject({code: 'RECORD_NOT_WRITABLE'});
  await expect(startContinuousLoad({...broken, idPrefix: 'a\r\nb'})).rejects.toThrow('not fit for x-request-id');
});

test('a journal that cannot be written any more ends it', async () => {
  await using server = await answering();
  const load = await startContinuousLoad({...options, url: server.url, journal: '/dev/full'});
  if (!load.failed.aborted) await once(load.failed, 'abort');
  expect(load.failed.reason).toMatchObject({code: 'RECORD_NOT_WRITABLE'});
  await expect(load.stop()).rejects.toMatchObject({code: 'RECORD_NOT_WRITABLE'});
  await load[Symbol.asyncDispose]();
});
