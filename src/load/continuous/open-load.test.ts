import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {readClientJournal} from '../../records/read-journal.ts';
import {temporaryFolder} from '../../records/test-folder.ts';
import {
  chatAnswer,
  chunk,
  chunkedHead,
  done,
  event,
  finish,
  lastChunk,
  type Received,
  reply,
  startTestServer,
  token,
} from '../test-server.ts';
import {type ContinuousLoadOptions, openLoad} from './open-load.ts';
import type {LoadPart} from './part-arrivals.ts';
import {endedIn} from './test-journal.ts';

const chat: LoadPart = {name: 'chat', workload: {kind: 'chat', promptTokens: 64, outputTokens: 4}, ratePerSecond: 300};
const embed: LoadPart = {name: 'embed', workload: {kind: 'embed', batch: 2, promptTokens: 16}, ratePerSecond: 200};
const rerank: LoadPart = {name: 'rerank', workload: {kind: 'rerank', batch: 2, promptTokens: 16}, ratePerSecond: 200};

const streamed = (body: string) => chunkedHead + chunk(body) + lastChunk;
const whole = {
  '/chat': JSON.stringify({content: 'hi', model: 'm', usage: {prompt_tokens: 3, completion_tokens: 1}}),
  '/embed': JSON.stringify({
    embeddings: [
      [1, 0],
      [0, 1],
    ],
    model: 'm',
    usage: {total_tokens: 4},
  }),
  '/rerank': JSON.stringify({
    results: [
      {index: 1, score: 0.9, text: 'b'},
      {index: 0, score: 0.1, text: 'a'},
    ],
    model: 'm',
  }),
};
const answer = ({path, body, socket}: Received) => {
  const streams = JSON.parse(body).stream === true;
  socket.write(streams ? streamed(chatAnswer(2)) : reply(whole[path as keyof typeof whole]));
};

const options = {seed: 7, sitting: 1, idPrefix: 'r.1', timeoutMs: 60_000, streams: true};

/** Puts load on `url` until `enough` requests have ended, and reads the journal back. */
const loaded = async (
  some: Partial<ContinuousLoadOptions> & Pick<ContinuousLoadOptions, 'url' | 'parts'>,
  enough = 40,
) => {
  await using folder = await temporaryFolder();
  const journal = join(folder.path, 'client.jsonl');
  await using load = await openLoad({...options, journal, ...some});
  await endedIn(journal, enough);
  const counts = await load.stop();
  const lines = await Array.fromAsync(readClientJournal(folder.path));
  return {counts, lines, ended: lines.filter(line => line.event === 'ended')};
};

test('each request of each part is in the journal when it is sent and when it has ended, and the counts add up', async () => {
  await using server = await startTestServer(answer);
  const {counts, lines, ended} = await loaded({url: server.url, parts: [chat, embed, rerank]}, 200);
  const sent = lines.filter(line => line.event === 'sent');
  expect(counts).toEqual({sent: sent.length, served: sent.length, refused: 0, failed: 0, lost: 0});
  expect(ended.map(({id}) => id).sort()).toEqual(sent.map(({id}) => id).sort());
  expect(new Set(sent.map(({id}) => id)).size).toBe(sent.length);
  expect(server.received.map(({headers}) => headers['x-request-id']).sort()).toEqual(sent.map(({id}) => id).sort());
  expect(new Set(sent.map(({part}) => part))).toEqual(new Set(['chat', 'embed', 'rerank']));
  for (const {kind, id, scheduledMs, sentMs, firstByteMs, firstTokenMs, endMs, status, reason} of ended) {
    expect([status, reason]).toEqual([200, null]);
    expect(id).toMatch(/^r\.1-\d+$/);
    const stamps = [scheduledMs, sentMs, firstByteMs, ...(kind === 'chat' ? [firstTokenMs] : []), endMs];
    expect(stamps).toEqual(stamps.toSorted((a, b) => Number(a) - Number(b)));
    expect(firstTokenMs === null).toBe(kind !== 'chat');
  }
});

test('a service that does not stream is asked for whole replies', async () => {
  await using server = await startTestServer(answer);
  const {counts, ended} = await loaded({url: server.url, parts: [chat], streams: false});
  expect(counts.served).toBe(counts.sent);
  expect(ended.every(({firstTokenMs, firstByteMs}) => firstTokenMs === null && firstByteMs !== null)).toBe(true);
  expect(server.received.every(({body}) => !('stream' in JSON.parse(body)))).toBe(true);
});

describe('what is not served', () => {
  const head = (status: string, more = '') => `HTTP/1.1 ${status}\r\n${more}content-length: 2\r\n\r\n{}`;
  test.each<[string, (request: Received) => unknown, string, number | null, RegExp]>([
    [
      'a 429 with advice',
      ({socket}) => socket.write(head('429 Full', 'Retry-After: 1\r\n')),
      'refused',
      429,
      /HTTP 429/,
    ],
    [
      'a 503 with advice',
      ({socket}) => socket.write(head('503 Gone', 'retry-after: 1\r\n')),
      'refused',
      503,
      /HTTP 503/,
    ],
    ['a 503 without', ({socket}) => socket.write(head('503 Gone')), 'failed', 503, /HTTP 503/],
    ['a 500', ({socket}) => socket.write(reply('{"error":"boom"}', {status: 500})), 'failed', 500, /boom/],
    [
      'a 201',
      ({socket}) => socket.write(`HTTP/1.1 201 Made\r\n${streamed(chatAnswer(1)).split('\r\n').slice(1).join('\r\n')}`),
      'failed',
      201,
      /not 200/,
    ],
    ['no event stream', ({socket}) => socket.write(reply('hello')), 'failed', 200, /no event/],
    [
      'an error event',
      ({socket}) => socket.write(streamed(token('a') + event({error: {message: 'broke'}}))),
      'failed',
      200,
      /broke/,
    ],
    [
      'an error event before the connection is torn',
      ({socket}) => socket.end(chunkedHead + chunk(token('a') + event({error: {message: 'broke'}}))),
      'failed',
      200,
      /broke/,
    ],
    [
      'a stream that ends without [DONE]',
      ({socket}) => socket.write(streamed(token('a') + finish)),
      'lost',
      200,
      /\[DONE\]/,
    ],
    ['a stream that is torn', ({socket}) => socket.end(chunkedHead + chunk(token('a'))), 'lost', 200, /closed/],
    ['a connection that is torn before a byte', ({socket}) => socket.destroy(), 'lost', null, /closed|reset/i],
  ])('%s', async (_, how, outcome, status, reason) => {
    await using server = await startTestServer(how);
    const {counts, ended} = await loaded({url: server.url, parts: [chat]}, 5);
    expect(counts).toMatchObject({[outcome]: counts.sent});
    expect(ended).toHaveLength(counts.sent);
    for (const line of ended) {
      expect(line).toMatchObject({outcome, status});
      expect(line.reason).toMatch(reason);
    }
  });

  test('silence, when the time is up', async () => {
    await using server = await startTestServer(({socket}) => socket.write(chunkedHead + chunk(token('a'))));
    const {counts, ended} = await loaded({url: server.url, parts: [chat], timeoutMs: 200}, 5);
    expect(counts).toMatchObject({lost: counts.sent});
    for (const line of ended) expect(line).toMatchObject({reason: 'no complete reply within 200 ms'});
  });

  test('nobody listening: nothing was sent, so that nothing is lost', async () => {
    const {url} = await (async () => {
      await using server = await startTestServer(() => {});
      return {url: server.url};
    })();
    const {counts, ended} = await loaded({url, parts: [chat]}, 5);
    expect(counts).toMatchObject({failed: counts.sent});
    for (const {reason} of ended) expect(reason).toMatch(/^nothing was sent: .*ECONNREFUSED/);
  });

  test('a stream that is whole is served, however its connection ends', async () => {
    await using server = await startTestServer(({socket}) =>
      socket.end(chunkedHead + chunk(token('a') + finish + done)),
    );
    const {counts} = await loaded({url: server.url, parts: [chat]}, 5);
    expect(counts.served).toBe(counts.sent);
  });
});

describe('the questions', () => {
  const asked = async (some: Partial<ContinuousLoadOptions>) => {
    await using server = await startTestServer(answer);
    await loaded({url: server.url, parts: [chat, embed], ...some}, 30);
    const order = ({headers}: Received) => Number(headers['x-request-id']?.split('-')[1]);
    const received = server.received.toSorted((one, other) => order(one) - order(other));
    const bodies = (path: string) => received.filter(request => request.path === path).map(({body}) => body);
    return {chat: bodies('/chat'), embed: bodies('/embed')};
  };

  test('are the same bytes for one seed and sitting, each of them once, and others for another sitting', async () => {
    const [one, again, next] = [await asked({}), await asked({idPrefix: 'other'}), await asked({sitting: 2})];
    for (const kind of ['chat', 'embed'] as const) {
      const both = Math.min(one[kind].length, again[kind].length);
      expect(both).toBeGreaterThan(3);
      expect(one[kind].slice(0, both)).toEqual(again[kind].slice(0, both));
      expect(new Set([...one[kind], ...next[kind]]).size).toBe(one[kind].length + next[kind].length);
    }
  });
});

describe('the end', () => {
  /** Answers nothing until it is told to. */
  const holding = async () => {
    const held: Received[] = [];
    const five = Promise.withResolvers<void>();
    const server = await startTestServer(request => {
      held.push(request);
      if (held.length === 5) five.resolve();
    });
    return {server, held, five: five.promise};
  };

  test('waits for what is in flight and sends nothing more', async () => {
    const {server, held, five} = await holding();
    await using _server = server;
    await using folder = await temporaryFolder();
    await using load = await openLoad({
      ...options,
      url: server.url,
      parts: [chat],
      journal: join(folder.path, 'client.jsonl'),
    });
    await five;
    const stopped = load.stop();
    expect(load.stop()).toBe(stopped);
    const answering = setInterval(() => {
      for (const request of held.splice(0)) answer(request);
    });
    const {sent, served} = await stopped;
    clearInterval(answering);
    expect([served, server.received.length]).toEqual([sent, sent]);
  });

  test('by disposing does not wait, and leaves what was in flight without an end, as a kill does', async () => {
    const {server, five} = await holding();
    await using _server = server;
    await using folder = await temporaryFolder();
    const load = await openLoad({
      ...options,
      url: server.url,
      parts: [chat],
      journal: join(folder.path, 'client.jsonl'),
    });
    await five;
    await load[Symbol.asyncDispose]();
    const lines = await Array.fromAsync(readClientJournal(folder.path));
    expect(lines.length).toBeGreaterThanOrEqual(5);
    expect(lines.every(line => line.event === 'sent')).toBe(true);
  });

  test('comes before the beginning where the journal cannot be written, or an id could not be sent', async () => {
    const broken = {...options, url: 'http://127.0.0.1:1', parts: [chat], journal: '/none/client.jsonl'};
    await expect(openLoad(broken)).rejects.toMatchObject({code: 'RECORD_NOT_WRITABLE'});
    await expect(openLoad({...broken, idPrefix: 'a\r\nb'})).rejects.toThrow('not fit for x-request-id');
  });
});
