import {describe, expect, test, vi} from 'vitest';
import {engines} from '../engines/index.ts';
import {untoldFacts} from '../engines/untold-facts.ts';
import type {WorkloadRequest} from '../schema/request.ts';
import {StreamMemory} from './chat-stream.ts';
import {Exchange} from './exchange.ts';
import {done, event, finish, token, usage} from './test-server.ts';
import type {HttpRequest, ReplyHandlers, Transport} from './transport.ts';
import {turnsOf} from './turn.ts';
import {ReplySample} from './whole-body.ts';

const chat: WorkloadRequest = {kind: 'chat', id: 'c1', messages: [{role: 'user', content: 'hi'}], outputTokens: 2};
const embed: WorkloadRequest = {kind: 'embed', id: 'e1', texts: ['a', 'b', 'c']};

/** A transport that a test plays: it says what happens and when. */
class PlayedTransport implements Transport {
  readonly http = 'net';
  readonly switched = null;
  readonly connectionsOpened = 0;
  readonly connectionsRefused = 0;
  sent: HttpRequest | null = null;
  hungUp = false;
  handlers: ReplyHandlers | null = null;
  send(request: HttpRequest, handlers: ReplyHandlers) {
    this.sent = request;
    this.handlers = handlers;
    return () => {
      this.hungUp = true;
    };
  }
  async open() {}
  async close() {}
}

const start = (
  request: WorkloadRequest,
  {
    scheduledMs = null,
    timeoutMs = 10_000,
    keepReads = false,
  }: {scheduledMs?: number | null; timeoutMs?: number; keepReads?: boolean} = {},
) => {
  const transport = new PlayedTransport();
  const clock = {nowMs: 100, now: () => clock.nowMs};
  const [turn] = turnsOf({id: 's1', requests: [request]}, engines.openai, {model: 'm'});
  if (turn === undefined) throw new Error('no turn');
  const exchange = new Exchange(
    {
      engine: engines.openai,
      endpoint: {facts: untoldFacts},
      transport,
      clock,
      timeoutMs,
      replySample: new ReplySample(),
      streamMemory: new StreamMemory(),
    },
    turn,
    {trial: 3, index: 4, scheduledMs},
    keepReads,
  );
  const {handlers} = transport;
  if (handlers === null) throw new Error('nothing was sent');
  const bytes = (text: string, atMs: number) => handlers.onBytes(Buffer.from(text), 0, Buffer.byteLength(text), atMs);
  return {exchange, transport, clock, handlers, bytes};
};

const noHeader = () => null;

test("a request is the engine's body with its id in a header", () => {
  const {transport} = start(chat);
  expect(transport.sent).toMatchObject({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: {'x-request-id': 'c1', 'content-type': 'application/json'},
  });
  expect(JSON.parse(transport.sent?.body.toString() ?? '')).toMatchObject({model: 'm', stream: true, max_tokens: 2});
});

test('a streamed answer is a sample whose numbers are the arrivals of its bytes', async () => {
  const {exchange, handlers, bytes} = start(chat, {scheduledMs: 95});
  const role = event({choices: [{index: 0, delta: {role: 'assistant', content: ''}}]});
  handlers.onSent(101.5);
  handlers.onHead(200, 140, noHeader);
  bytes(role, 150);
  bytes(token('a'), 170);
  bytes(token('b').slice(0, 10), 180);
  bytes(token('b').slice(10) + token('c'), 190);
  bytes(finish + usage(3) + done, 200);
  handlers.onEnd(201);
  expect(await exchange.ended).toEqual({
    outcome: 'ok',
    trial: 3,
    index: 4,
    id: 'c1',
    kind: 'chat',
    session: 's1',
    turn: 1,
    items: 1,
    scheduledMs: 95,
    sentMs: 101.5,
    firstByteMs: 140,
    firstChunkMs: 150,
    firstTokenMs: 170,
    lastTokenMs: 190,
    endMs: 201,
    tokenEventsMs: [170, 190, 190],
    tokensPerEvent: null,
    promptTokens: 7,
    outputTokens: 3,
    cachedPromptTokens: null,
    finishReason: 'length',
    replyBytes: Buffer.byteLength([role, token('a'), token('b'), token('c'), finish, usage(3), done].join('')),
  });
});

test('a whole reply is a sample that ends with its last byte', async () => {
  const {exchange, handlers, bytes} = start(embed);
  const body = JSON.stringify({data: [0, 1, 2].map(index => ({index, embedding: [1, 0]})), usage: {prompt_tokens: 9}});
  handlers.onSent(101);
  handlers.onHead(200, 120, noHeader);
  bytes(body.slice(0, 30), 120);
  bytes(body.slice(30), 130);
  handlers.onEnd(130);
  expect(await exchange.ended).toMatchObject({
    outcome: 'ok',
    items: 3,
    firstByteMs: 120,
    firstChunkMs: null,
    firstTokenMs: null,
    lastTokenMs: null,
    endMs: 130,
    tokenEventsMs: [],
    tokensPerEvent: null,
    promptTokens: 9,
    outputTokens: null,
    replyBytes: body.length,
  });
});

describe('a failed request is a sample with', () => {
  test("the status and the server's words, where a stream was asked for", async () => {
    const {exchange, handlers, bytes} = start(chat);
    handlers.onHead(503, 120, noHeader);
    bytes('{"error":{"mess', 120);
    bytes('age":"the queue is full"}}', 121);
    handlers.onEnd(121);
    expect(await exchange.ended).toMatchObject({
      outcome: 'failed',
      failure: {kind: 'status', message: 'HTTP 503: the queue is full', status: 503},
      firstByteMs: 120,
      firstChunkMs: null,
    });
  });

  test.each([
    ['that was cut', `${'a'.repeat(298)}😀 and more`, `HTTP 500: ${'a'.repeat(298)}\ufffd…`],
    ['that it sent', '{"error": {"message": "bad \\ud83d"}}', 'HTTP 500: bad \ufffd'],
  ])('no half of a character in the words of a server: one %s', async (_, body, message) => {
    const {exchange, handlers, bytes} = start(embed);
    handlers.onSent(101);
    handlers.onHead(500, 110, noHeader);
    bytes(body, 120);
    handlers.onEnd(121);
    const sample = await exchange.ended;
    expect(sample).toMatchObject({outcome: 'failed', failure: {kind: 'status', message}});
    expect(JSON.stringify(sample)).not.toMatch(/\\ud[89a-f]/i);
  });

  test('no half of a character in the reason for which a stream says it finished', async () => {
    const {exchange, handlers, bytes} = start(chat);
    handlers.onSent(101);
    handlers.onHead(200, 110, noHeader);
    bytes('data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"odd \\ud83d"}]}\n\n', 120);
    handlers.onEnd(121);
    expect(await exchange.ended).toMatchObject({finishReason: 'odd \ufffd'});
  });

  test('what had arrived before its connection was lost', async () => {
    const {exchange, handlers, bytes} = start(chat);
    handlers.onHead(200, 120, noHeader);
    bytes(token('a'), 130);
    handlers.onError({kind: 'disconnect', message: 'other side closed'}, 140);
    expect(await exchange.ended).toMatchObject({
      outcome: 'failed',
      failure: {kind: 'disconnect', message: 'other side closed', status: 200},
      firstTokenMs: 130,
      endMs: 140,
    });
  });

  test('a disconnect, where a stream ended in good order but too early', async () => {
    const {exchange, handlers, bytes} = start(chat);
    handlers.onHead(200, 120, noHeader);
    bytes(token('a'), 130);
    handlers.onEnd(131);
    expect(await exchange.ended).toMatchObject({outcome: 'failed', failure: {kind: 'disconnect', status: 200}});
  });

  test('an error that came in the stream', async () => {
    const {exchange, handlers, bytes} = start(chat);
    handlers.onHead(200, 120, noHeader);
    bytes(token('a') + event({error: {message: 'CUDA error'}}) + done, 130);
    handlers.onEnd(131);
    expect(await exchange.ended).toMatchObject({
      outcome: 'failed',
      failure: {kind: 'error-event', message: expect.stringContaining('CUDA error')},
    });
  });

  test('no status, where no reply came', async () => {
    const {exchange, handlers} = start(embed);
    handlers.onError({kind: 'connect', message: 'ECONNREFUSED'}, 105);
    expect(await exchange.ended).toMatchObject({
      outcome: 'failed',
      failure: {kind: 'connect', status: null},
      sentMs: 100,
      firstByteMs: null,
      endMs: 105,
    });
  });

  test('a reply that has other items than asked for', async () => {
    const {exchange, handlers, bytes} = start(embed);
    handlers.onHead(200, 120, noHeader);
    bytes(JSON.stringify({data: [{index: 0, embedding: [1, 0]}]}), 130);
    handlers.onEnd(130);
    expect(await exchange.ended).toMatchObject({outcome: 'failed', failure: {kind: 'malformed', status: 200}});
  });
});

test('a connection that breaks after [DONE] took nothing from the answer', async () => {
  const {exchange, handlers, bytes} = start(chat);
  handlers.onHead(200, 120, noHeader);
  bytes(token('a') + finish + done, 130);
  handlers.onError({kind: 'disconnect', message: 'other side closed'}, 140);
  expect(await exchange.ended).toMatchObject({outcome: 'ok', lastTokenMs: 130, endMs: 140});
});

test('a request that is not answered in time is hung up on and fails', async () => {
  const {exchange, transport, clock} = start(chat, {timeoutMs: 1});
  clock.nowMs = 101;
  expect(await exchange.ended).toMatchObject({
    outcome: 'failed',
    failure: {kind: 'timeout', message: 'no complete reply within 1 ms'},
    endMs: 101,
  });
  expect(transport.hungUp).toBe(true);
});

test('a reply that had come when the time was up, and was not read because the thread was busy, is in time', async () => {
  const {exchange, transport, handlers, bytes} = start(chat, {timeoutMs: 5});
  setTimeout(() => {
    const busyUntilMs = performance.now() + 10;
    while (performance.now() < busyUntilMs);
    // Sockets are read after the timers that have become due: here, as there, before what the last of those asks for.
    setImmediate(() => {
      handlers.onHead(200, 104, noHeader);
      bytes(token('a') + finish + done, 104);
      handlers.onEnd(104);
    });
  }, 1);
  expect(await exchange.ended).toMatchObject({outcome: 'ok', endMs: 104});
  await new Promise(setImmediate);
  expect(transport.hungUp).toBe(false);
});

test('a request that is aborted is hung up on and fails, and its later end changes nothing', async () => {
  const {exchange, transport, clock, handlers} = start(chat);
  clock.nowMs = 107;
  exchange.abort();
  handlers.onEnd(120);
  expect(await exchange.ended).toMatchObject({outcome: 'failed', failure: {kind: 'aborted'}, endMs: 107});
  expect(transport.hungUp).toBe(true);
});

test('the reads of a body are kept as they came, where they are asked for', async () => {
  const {exchange, handlers} = start(embed, {keepReads: true});
  const shared = Buffer.from('x[1');
  handlers.onHead(200, 120, noHeader);
  handlers.onBytes(shared, 1, 3, 121);
  shared.write('2]', 1);
  handlers.onBytes(shared, 1, 3, 122);
  handlers.onEnd(122);
  await exchange.ended;
  expect(exchange.reads?.map(({atMs, bytes}) => [atMs, Buffer.from(bytes).toString()])).toEqual([
    [121, '[1'],
    [122, '2]'],
  ]);
  expect(start(embed).exchange.reads).toBeNull();
});

test('a wall clock that is set back does not time a request out', async () => {
  const {exchange, handlers, bytes} = start(chat);
  vi.setSystemTime(new Date('2001-01-01'));
  handlers.onHead(200, 120, noHeader);
  bytes(token('a') + finish + done, 130);
  vi.setSystemTime(new Date('2101-01-01'));
  handlers.onEnd(131);
  vi.useRealTimers();
  expect(await exchange.ended).toMatchObject({outcome: 'ok', sentMs: 100, endMs: 131});
});
