import {once} from 'node:events';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {buffer} from 'node:stream/consumers';
import {expect, onTestFinished, test} from 'vitest';
import {twoStepRouter} from './router.ts';

const urlOf = async (server: Server): Promise<string> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** An engine that keeps what it is asked and answers with its own name, in two pieces. */
const worker = async (name: string, status = 200) => {
  const asked: {headers: Record<string, unknown>; body: Record<string, unknown>}[] = [];
  const server = createServer(async (request, response) => {
    const body = (await buffer(request)).toString();
    if (request.url === '/v1/chat/completions') asked.push({headers: request.headers, body: JSON.parse(body)});
    response.writeHead(request.url === '/health' ? 200 : status, {'x-worker': name});
    response.write(`${name} `);
    response.end('said it');
  });
  return {url: await urlOf(server), asked, server};
};

const chat = (url: string, body = '{}') =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: {'content-type': 'application/json', 'x-request-id': 'r1'},
    body,
  });

test('a prefill worker is asked for one token, a decode worker for everything, each kind in turn', async () => {
  const [p1, d1, d2] = [await worker('p1'), await worker('d1'), await worker('d2')];
  const url = await urlOf(twoStepRouter({prefill: [p1.url], decode: [d1.url, d2.url]}));
  const whole = {model: 'm', stream: true, max_tokens: 64, stream_options: {include_usage: true}, min_tokens: 9};

  const replies = [await chat(url, JSON.stringify(whole)), await chat(url, JSON.stringify(whole))];
  expect(replies.map(({status, headers}) => [status, headers.get('x-worker')])).toEqual([
    [200, 'd1'],
    [200, 'd2'],
  ]);
  expect(await Promise.all(replies.map(reply => reply.text()))).toEqual(['d1 said it', 'd2 said it']);
  expect(p1.asked.map(({body}) => body)).toEqual(Array(2).fill({model: 'm', stream: false, max_tokens: 1}));
  expect([...d1.asked, ...d2.asked].map(({body}) => body)).toEqual([whole, whole]);
  expect(p1.asked[0]?.headers).toMatchObject({'x-request-id': 'r1', 'content-type': 'application/json'});

  const readiness = await fetch(`${url}/readiness`);
  expect([readiness.status, await readiness.json()]).toEqual([200, {healthy_workers: 3, total_workers: 3}]);
});

test('what a worker refuses is passed on, and one that is gone is a 502 and no readiness', async () => {
  const [full, decode] = [await worker('full', 503), await worker('d1')];
  const refusing = await urlOf(twoStepRouter({prefill: [full.url], decode: [decode.url]}));
  const refused = await chat(refusing);
  expect([refused.status, await refused.text(), decode.asked.length]).toEqual([503, 'full said it', 0]);
  expect((await chat(refusing, '{')).status).toBe(400);

  const prefill = await worker('p1');
  const router = await urlOf(twoStepRouter({prefill: [prefill.url], decode: [decode.url]}));
  decode.server.closeAllConnections();
  decode.server.close();
  const gone = await chat(router);
  expect(gone.status).toBe(502);
  expect(await gone.json()).toMatchObject({error: {code: 502, message: expect.stringContaining(decode.url)}});
  const readiness = await fetch(`${router}/readiness`);
  expect([readiness.status, await readiness.json()]).toEqual([503, {healthy_workers: 1, total_workers: 2}]);
});

test('an answer that breaks off breaks off, and a client that leaves is not worked for any more', async () => {
  let left: () => void = () => {};
  const clientLeft = new Promise<void>(resolve => {
    left = resolve;
  });
  const breaking = createServer((request, response) => {
    response.write('half an ');
    setImmediate(() => request.socket.destroy());
  });
  const endless = createServer((_, response) => {
    response.on('close', left);
    response.write('first of many');
  });
  const prefill = await worker('p1');
  const broken = await urlOf(twoStepRouter({prefill: [prefill.url], decode: [await urlOf(breaking)]}));
  await expect(chat(broken).then(reply => reply.text())).rejects.toThrow();

  const patient = await urlOf(twoStepRouter({prefill: [prefill.url], decode: [await urlOf(endless)]}));
  const reply = await chat(patient);
  await reply.body?.cancel();
  await clientLeft;
});
