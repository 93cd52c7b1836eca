import {once} from 'node:events';
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import {type AddressInfo, connect} from 'node:net';
import {text} from 'node:stream/consumers';
import {afterEach, expect, test} from 'vitest';
import {inBurst} from './burst.ts';
import {type Relay, startRelay} from './relay.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

const open: (() => PromiseLike<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

const serve = async (answer: Answer): Promise<{server: Server; relay: Relay}> => {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const relay = await startRelay(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  open.push(
    () => relay[Symbol.asyncDispose](),
    async () => {
      server.close();
      server.closeAllConnections();
    },
  );
  return {server, relay};
};

const json = {'content-type': 'application/json'};
const post = (url: string, body = '{}', signal: AbortSignal | null = null) =>
  fetch(`${url}/v1/x`, {method: 'POST', body, headers: {...json, 'x-request-id': 'a'}, signal});

test('passes requests and replies on as they are, ids and statuses among them', async () => {
  const {relay} = await serve(async (request, response) => {
    const body = await text(request);
    response.writeHead(429, {...json, 'retry-after': '3'});
    response.end(JSON.stringify([request.method, request.url, request.headers['x-request-id'], body]));
  });
  const reply = await post(relay.url, 'ö'.repeat(200_000));
  expect([reply.status, reply.headers.get('retry-after')]).toEqual([429, '3']);
  expect(await reply.json()).toEqual(['POST', '/v1/x', 'a', 'ö'.repeat(200_000)]);
});

/** Each event is sent when the last one has come out at the other end. */
const stepByStep = async (mode: 'pass' | 'wrong', events: readonly string[]): Promise<readonly string[]> => {
  let next: (() => void) | undefined;
  const {relay} = await serve((request, response) => {
    request.resume();
    response.writeHead(200, {'content-type': 'text/event-stream'}).flushHeaders();
    const left = [...events];
    next = () => {
      const event = left.shift();
      if (event === undefined) response.end();
      else response.write(event);
    };
  });
  relay.set({mode});
  const reply = await post(relay.url);
  const came: string[] = [];
  const reader = reply.body?.getReader();
  for (;;) {
    next?.();
    const {done, value} = (await reader?.read()) ?? {done: true, value: undefined};
    if (done || value === undefined) return came;
    came.push(Buffer.from(value).toString());
  }
};

test('a stream is never kept back: each event comes out before the next one is sent', async () => {
  expect(await stepByStep('pass', ['data: 1\n\n', 'data: 2\n\n'])).toEqual(['data: 1\n\n', 'data: 2\n\n']);
});

test('wrong answers are streamed, too', async () => {
  const event = (content: string) => `data: ${JSON.stringify({choices: [{delta: {content}}]})}\n\n`;
  expect(await stepByStep('wrong', [event('abc'), 'data: [DONE]\n\n'])).toEqual([event('nop'), 'data: [DONE]\n\n']);
});

test('a whole reply is made wrong with a length of its own; an error page is left alone', async () => {
  let status = 200;
  const {relay} = await serve((request, response) => {
    request.resume();
    const body = JSON.stringify({results: [{relevance_score: 0.5}, {relevance_score: 0.875}]});
    response.writeHead(status, {...json, 'content-length': body.length}).end(body);
  });
  relay.set({mode: 'wrong'});
  expect(await (await post(relay.url)).json()).toEqual({results: [{relevance_score: 0.5}, {relevance_score: 0.125}]});
  status = 400;
  expect(await (await post(relay.url)).json()).toMatchObject({results: [{}, {relevance_score: 0.875}]});
});

test('in a burst requests of work are answered with 500 and never sent on; pages of facts are', async () => {
  const asked: string[] = [];
  const {relay} = await serve((request, response) => {
    asked.push(request.method ?? '');
    response.end('{}');
  });
  relay.set({mode: 'errors', everySeconds: 3600, burstSeconds: 3600});
  expect((await post(relay.url)).status).toBe(500);
  expect((await fetch(`${relay.url}/health`)).status).toBe(200);
  relay.set({mode: 'pass'});
  expect((await post(relay.url)).status).toBe(200);
  expect(asked).toEqual(['GET', 'POST']);
});

test('bursts are the first second of every third', () => {
  const hits = [0, 999, 1000, 2999, 3000, 4500].map(afterMs => inBurst({everySeconds: 3, burstSeconds: 1}, afterMs));
  expect(hits).toEqual([true, true, false, false, true, false]);
});

test('a slow reply is whole, in order and late', async () => {
  const {relay} = await serve((request, response) => {
    request.resume();
    for (let n = 0; n < 50; n++) response.write(`${n},`);
    response.end();
  });
  relay.set({mode: 'slow', delayMs: 200, factor: 2});
  const sentMs = performance.now();
  expect(await (await post(relay.url)).text()).toBe(Array.from({length: 50}, (_, n) => `${n},`).join(''));
  expect(performance.now() - sentMs).toBeGreaterThanOrEqual(199);
});

test('a cut network says nothing to anybody, and goes on when it heals; who has given up is not asked for', async () => {
  const asked: string[] = [];
  const {relay} = await serve(async (request, response) => {
    asked.push(await text(request));
    response.end('{}');
  });
  relay.set({mode: 'cut'});
  const patient = post(relay.url, 'patient');
  const givesUp = new AbortController();
  const impatient = post(relay.url, 'impatient', givesUp.signal);
  const {port} = new URL(relay.url);
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect'); // new connections are taken
  socket.destroy();
  givesUp.abort();
  await expect(impatient).rejects.toThrow();
  // Its end has reached the relay when a later connection's has been answered.
  expect(asked).toEqual([]);
  relay.set({mode: 'pass'});
  expect((await patient).status).toBe(200);
  expect(asked).toContain('patient');
});

test('a server that is gone is refused here as well, and a reply that breaks off breaks off', async () => {
  const {server, relay} = await serve((request, response) => {
    request.resume();
    response.writeHead(200, json);
    response.write('{', () => response.destroy());
  });
  await expect(post(relay.url).then(reply => reply.text())).rejects.toThrow();
  server.close();
  server.closeAllConnections();
  await expect(post(relay.url)).rejects.toThrow();
  await expect(fetch(relay.url)).rejects.toMatchObject({cause: {code: 'ECONNREFUSED'}});
});

test('it can be aimed at another port', async () => {
  const {relay} = await serve((_, response) => response.end('first'));
  const {server} = await serve((_, response) => response.end('second'));
  relay.aim(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  expect(await (await fetch(relay.url)).text()).toBe('second');
});
