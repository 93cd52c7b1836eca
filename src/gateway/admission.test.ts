import {once} from 'node:events';
import {request} from 'node:http';
import {connect} from 'node:net';
import {expect, test} from 'vitest';
import {engines} from '../engines/index.ts';
import {fetchText} from '../http/fetch-text.ts';
import {tokenProof, tokenProofHeader} from '../http/token-proof.ts';
import {startGateway} from './server.ts';
import {answerAs, ask, bodiesOf, steered, testEngine} from './test-engine.ts';
import {turnstile} from './turnstile.ts';
import {Visit} from './visit.ts';

test('places are given in the order of arrival, and who goes away loses his', async () => {
  const door = turnstile({inFlight: 1, queued: 3});
  const [first, second, third, fourth, fifth] = [1, 2, 3, 4, 5].map(n => new Visit(`v${n}`, 'chat')) as [
    Visit,
    Visit,
    Visit,
    Visit,
    Visit,
  ];
  const order: string[] = [];
  const enter = (visit: Visit) => door.enter(visit, 10_000)?.then(() => void order.push(visit.id));
  expect(enter(first)).toBeUndefined();
  const waits = [second, third, fourth].map(enter);
  expect(() => enter(fifth)).toThrow('1 requests are being served and 3 wait');
  third.gone();
  await waits[1];
  expect([door.inside, door.waiting, third.inside]).toEqual([1, 2, false]);
  door.leave(first);
  await waits[0];
  door.leave(second);
  door.leave(second); // once is enough
  await waits[2];
  expect(order).toEqual(['v3', 'v2', 'v4']);
  expect([door.inside, door.waiting]).toEqual([1, 0]);
});

test('what is over --max-in-flight waits, and what is over --max-queued is refused with 429 and advice', async () => {
  const held: (() => void)[] = [];
  await using baseline = await testEngine((asked, response) => {
    held.push(() => answerAs('baseline')(asked, response));
  });
  await using gateway = await steered({baseline}, {maxInFlight: 1, maxQueued: 1});
  const reached = baseline.next();
  const first = ask(gateway.url, 'chat');
  await reached;
  const second = ask(gateway.url, 'chat');
  const page = async () => (await fetchText(`${gateway.gateway.adminUrl}/metrics`, {timeoutMs: 10_000})).body;
  while (!(await page()).includes('cutover_gateway_queued 1')) await new Promise(setImmediate);
  const {status, headers, text} = await ask(gateway.url, 'chat');
  expect([status, headers.get('retry-after'), JSON.parse(text).code]).toEqual([429, '1', 'too_many']);
  const more = baseline.next();
  held[0]?.();
  await more;
  held[1]?.();
  expect([(await first).status, (await second).status]).toEqual([200, 200]);
  const said = await page();
  expect(said).toContain(
    'cutover_gateway_requests_total{kind="chat",target="baseline",mirror="false",outcome="served",code=""} 2',
  );
  expect(said).toContain(
    'cutover_gateway_requests_total{kind="chat",target="none",mirror="false",outcome="refused",code="too_many"} 1',
  );
  expect(said).toContain('cutover_gateway_duration_seconds_count{kind="chat",target="baseline"} 2');
  expect(said).toContain('cutover_gateway_route_share{target="baseline",mirror="false"} 1');
  expect(said).toContain('process_cpu_seconds_total');
});

test('who has waited for a place has so much less time left for the answer: the gateway gives up first, and says so', async () => {
  const timeoutMs = 3000;
  const waitMs = 1500;
  let asked = 0;
  await using baseline = await testEngine((request, response) => {
    asked += 1;
    if (asked === 1) setTimeout(() => answerAs('baseline')(request, response), waitMs); // the second one has no answer
  });
  await using gateway = await steered({baseline}, {maxInFlight: 1, timeoutMs});
  const reached = baseline.next();
  const first = ask(gateway.url, 'chat');
  await reached;
  const {status, text} = await ask(gateway.url, 'chat');
  expect([status, JSON.parse(text).code, (await first).status]).toEqual([504, 'engine_timeout', 200]);
  const line = (await gateway.admin.recent(0)).find(({outcome}) => outcome === 'failed');
  // By the journal's own stamps, so that a busy machine changes both sides of it.
  expect((line?.endMs ?? 0) - (line?.askedMs ?? 0)).toBeLessThan(timeoutMs);
  expect((line?.askedMs ?? 0) - (line?.receivedMs ?? 0)).toBeGreaterThan(waitMs / 2);
});

test('other machines are let in with a token only, and the token is asked for on every path', async () => {
  const stack = null;
  await expect(startGateway({stack, port: 0, timeoutMs: 1000, host: '0.0.0.0'})).rejects.toMatchObject({
    code: 'BAD_OPTIONS',
    hint: expect.stringContaining('CUTOVER_GATEWAY_TOKEN'),
  });
  await using baseline = await testEngine(answerAs('baseline'));
  await using gateway = await steered({baseline}, {host: '0.0.0.0', token: 'secret'});
  const url = gateway.url.replace('0.0.0.0', '127.0.0.1');
  for (const authorization of ['', 'Bearer', 'Bearer secre', 'Bearer secrets', 'Basic secret']) {
    const {status, headers, text} = await ask(url, 'chat', {headers: {authorization}});
    expect([status, headers.get('www-authenticate'), JSON.parse(text).code]).toEqual([401, 'Bearer', 'unauthorized']);
  }
  const stranger = await fetch(`${url}/health`);
  expect([stranger.status, stranger.headers.get(tokenProofHeader)]).toEqual([401, null]);
  const known = await fetch(`${url}/health`, {headers: {authorization: 'Bearer secret'}});
  expect(known.headers.get(tokenProofHeader)).toBe(tokenProof('secret'));
  expect((await fetch(`${url}/nothing`)).status).toBe(401);
  expect((await ask(url, 'chat', {headers: {authorization: 'bearer secret'}})).status).toBe(200);
  expect([baseline.requests.length, (await gateway.admin.state()).seq]).toEqual([1, 1]);
});

test('a token that nobody is asked for is told of', async () => {
  const said: string[] = [];
  const warn = (sentence: string) => void said.push(sentence);
  await using gateway = await startGateway({stack: null, port: 0, timeoutMs: 1000, token: 'secret', warn});
  expect((await fetch(`${gateway.url}/openapi.json`)).status).toBe(200);
  expect(said).toEqual([expect.stringContaining('CUTOVER_GATEWAY_TOKEN is not asked for')]);
});

test('an id that is none is replaced, and the same one goes to the engine and back', async () => {
  await using baseline = await testEngine(answerAs('baseline'));
  await using gateway = await steered({baseline});
  const idFor = async (id: string) =>
    (await ask(gateway.url, 'chat', {headers: {'x-request-id': id}})).headers.get('x-request-id');
  expect(await idFor('a:b.c-1')).toBe('a:b.c-1');
  expect(await idFor('two words')).toMatch(/^[0-9a-f-]{36}$/);
  expect(await idFor('x'.repeat(129))).toMatch(/^[0-9a-f-]{36}$/);
  const lines = await gateway.admin.recent(0);
  expect(baseline.requests.map(({id}) => id)).toEqual(lines.map(({id}) => id));
});

test('while it is drained new requests are refused and running ones answered', async () => {
  const begun = Promise.withResolvers<() => void>();
  await using baseline = await testEngine((asked, response) =>
    begun.resolve(() => answerAs('baseline')(asked, response)),
  );
  await using gateway = await steered({baseline});
  const running = ask(gateway.url, 'chat');
  const answer = await begun.promise;
  expect(await gateway.gateway.drain(0)).toBe(1);
  const drained = gateway.gateway.drain(10_000);
  const {status, headers, text} = await ask(gateway.url, 'embed');
  expect([status, headers.get('retry-after'), headers.get('connection'), JSON.parse(text).code]).toEqual([
    503,
    '1',
    'close',
    'draining',
  ]);
  expect((await fetch(`${gateway.url}/health`)).status).toBe(503);
  answer();
  expect(await drained).toBe(0);
  expect((await running).status).toBe(200);
});

test('the log has one line a request, with its id and nothing of what was asked or answered', async () => {
  const log: string[] = [];
  await using baseline = await testEngine(answerAs('an answer'));
  {
    await using gateway = await steered({baseline}, {log: text => void log.push(text)});
    await ask(gateway.url, 'chat', {
      headers: {'x-request-id': 'r1'},
      body: {messages: [{role: 'user', content: 'a prompt'}]},
    });
    await ask(gateway.url, 'chat', {headers: {'x-request-id': 'r2'}, body: {messages: 'a prompt'}});
    await ask(gateway.url, 'embed', {headers: {'x-request-id': 'r3'}, body: {texts: ['a'], model: 'a prompt'}});
  }
  const lines = log
    .join('')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
    .filter(({id}) => id !== undefined);
  expect(lines).toMatchObject([
    {id: 'r1', kind: 'chat', target: 'baseline', outcome: 'served', status: 200},
    {id: 'r2', kind: 'chat', target: null, outcome: 'failed', status: 400, code: 'invalid'},
    {id: 'r3', kind: 'embed', target: null, outcome: 'failed', status: 404, code: 'unknown_model'},
  ]);
  expect(log.join('')).not.toMatch(/a prompt|an answer/);
});

test('what is no HTTP is refused in the one shape, and the connection closed', async () => {
  await using gateway = await startGateway({stack: null, port: 0, timeoutMs: 1000});
  const {port} = new URL(gateway.url);
  const socket = connect(Number(port), '127.0.0.1').end('GET / nonsense\r\n\r\n');
  let said = '';
  socket.on('data', piece => (said += piece));
  await once(socket, 'close');
  expect(said).toMatch(/^HTTP\/1.1 400 /);
  expect(JSON.parse(said.split('\r\n\r\n')[1] ?? '')).toEqual({
    error: 'This is not HTTP/1.1',
    code: 'invalid',
    field: null,
  });
});

test('the admin listener serves its own machine only, takes JSON only, and says what is wrong', async () => {
  await using gateway = await steered({});
  const {adminUrl} = gateway.gateway;
  const put = (path: string, body: string, headers = {'content-type': 'application/json'}) =>
    fetch(adminUrl + path, {method: 'PUT', body, headers}).then(async reply => [
      reply.status,
      ((await reply.json()) as {error: string}).error,
    ]);
  expect(await put('/route', '{}', {'content-type': 'text/plain'})).toEqual([415, expect.any(String)]);
  expect(await put('/route', '{}')).toEqual([400, expect.stringContaining('primary')]);
  expect(
    await put('/route', JSON.stringify({primary: 'candidate', candidateShare: 0, mirrorShare: 0, standby: null})),
  ).toEqual([409, 'There is no candidate: PUT /targets/candidate first']);
  expect(await put('/targets/blue', '{}')).toEqual([400, expect.any(String)]);
  expect(await put('/targets/baseline', JSON.stringify({engine: 'no', evidence: 'real', endpoints: {}}))).toEqual([
    409,
    'No engine is called "no"',
  ]);
  await expect(gateway.admin.drain('baseline', 0)).rejects.toMatchObject({status: 404});
  const stranger = request(`${adminUrl}/state`, {headers: {host: 'evil.example'}}).end();
  const [reply] = await once(stranger, 'response');
  expect(reply.statusCode).toBe(403);
  reply.resume();
});

test('an engine that is no service may be named beside the admin listener, and is the baseline', async () => {
  await using baseline = await testEngine(answerAs('baseline'));
  const facts = {...engines.openai.readFacts({}), reportsCachedTokens: null};
  const server = {
    role: 'chat' as const,
    url: baseline.url,
    model: 'm',
    facts,
    command: null,
    readySeconds: null,
    container: null,
    startup: null,
    memory: null,
  };
  await using gateway = await startGateway({
    stack: {engine: engines.vllm, servers: [server], evidence: 'simulated'},
    port: 0,
    timeoutMs: 10_000,
  });
  const {headers} = await ask(gateway.url, 'chat', {body: bodiesOf.chat});
  expect([headers.get('x-cutover-target'), headers.get('x-cutover-evidence'), gateway.adminUrl]).toEqual([
    'baseline',
    'simulated',
    null,
  ]);
});
