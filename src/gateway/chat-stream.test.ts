import type {ServerResponse} from 'node:http';
import {expect, test} from 'vitest';
import {answerAs, ask, bodiesOf, route, sayJson, steered, targetAt, testEngine} from './test-engine.ts';

const streamed = {...bodiesOf.chat, stream: true};

const begin = (response: ServerResponse) => response.writeHead(200, {'content-type': 'text/event-stream'});
const chunk = (delta: object, finish: string | null = null) =>
  `data: ${JSON.stringify({id: 'x', choices: [{index: 0, delta, finish_reason: finish, logprobs: null}], usage: null})}\n\n`;
const usage = `data: ${JSON.stringify({choices: [], usage: {prompt_tokens: 3, completion_tokens: 2, more: 1}})}\n\n`;

const eventsIn = (text: string) =>
  text
    .split('\n\n')
    .filter(event => event !== '')
    .map(event => event.replace(/^data: /, ''))
    .map(data => (data === '[DONE]' ? data : JSON.parse(data)));

const named = {object: 'chat.completion.chunk', model: 'm'};
const said = (content: string) => ({
  ...named,
  choices: [{index: 0, delta: {content}, finish_reason: null}],
});

const streamFrom = async (answer: Parameters<typeof testEngine>[0], options = {}) => {
  await using baseline = await testEngine(answer);
  await using gateway = await steered({baseline}, options);
  const {status, headers, text} = await ask(gateway.url, 'chat', {body: streamed});
  await gateway.admin.drain('baseline', 10_000);
  const lines = await gateway.admin.recent(0);
  return {status, headers, text, lines, asked: baseline.requests.map(({body}) => body)};
};

test('the events of an engine come out with what every engine says, the usage last, then [DONE]', async () => {
  const {status, headers, text, asked, lines} = await streamFrom((_, response) => {
    begin(response).write(chunk({role: 'assistant', content: ''}) + chunk({content: 'h\ni'}).slice(0, 20));
    response.write(chunk({content: 'h\ni'}).slice(20) + chunk({content: '!'}));
    response.end(`${chunk({}, 'stop')}${usage}data: [DONE]\n\n`);
  });
  expect([status, headers.get('content-type'), headers.get('x-cutover-target')]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
    'baseline',
  ]);
  expect(eventsIn(text)).toEqual([
    said('h\ni'),
    said('!'),
    {...named, choices: [{index: 0, delta: {}, finish_reason: 'stop'}]},
    {...named, choices: [], usage: {prompt_tokens: 3, completion_tokens: 2, total_tokens: 5}},
    '[DONE]',
  ]);
  expect(asked).toMatchObject([{stream: true, stream_options: {include_usage: true}, max_tokens: 1024}]);
  expect(lines).toMatchObject([{outcome: 'served', status: 200, code: null, kind: 'chat', items: 1}]);
});

test.each([
  [
    'closes the connection',
    (response: ServerResponse) => response.write(chunk({content: 'a'}), () => response.destroy()),
  ],
  ['ends without [DONE]', (response: ServerResponse) => response.end(chunk({content: 'a'}))],
  [
    'says that it failed',
    (response: ServerResponse) =>
      response.end(`${chunk({content: 'a'})}data: {"error": {"message": "no"}}\n\ndata: [DONE]\n\n`),
  ],
  ['says what is no JSON', (response: ServerResponse) => response.end(`${chunk({content: 'a'})}data: <html>\n\n`)],
])('an engine that %s in the middle is told of by an event, with no [DONE], and has failed', async (_, go) => {
  const {status, text, lines} = await streamFrom((_, response) => go(begin(response)));
  const [first, broken, ...rest] = eventsIn(text);
  expect([status, first, rest]).toEqual([200, said('a'), []]);
  expect(broken).toEqual({error: {message: expect.any(String), code: 'engine_failed'}});
  expect(lines).toMatchObject([{outcome: 'failed', status: 200, code: 'engine_failed'}]);
});

test('before the first event a failure is an ordinary reply', async () => {
  const full = await streamFrom((_, response) => sayJson(response, 503, {error: {message: 'full'}}));
  expect([full.status, JSON.parse(full.text)]).toMatchObject([503, {code: 'engine_unavailable', error: 'full'}]);
  expect(full.headers.get('retry-after')).toBe('1');
  const whole = await streamFrom((_, response) => sayJson(response, 200, {}));
  expect([whole.status, JSON.parse(whole.text).code]).toEqual([502, 'engine_failed']);
  const silent = await streamFrom((_, response) => begin(response).flushHeaders(), {timeoutMs: 100});
  expect([silent.status, JSON.parse(silent.text).code]).toEqual([504, 'engine_timeout']);
  expect(silent.lines).toMatchObject([{firstByteMs: null, outcome: 'failed'}]);
});

test('a stream that is on its way ends on the side where it began, and new ones begin on the other', async () => {
  const begun = Promise.withResolvers<ServerResponse>();
  await using baseline = await testEngine((_, response) => {
    begin(response).write(chunk({content: 'old'}));
    begun.resolve(response);
  });
  await using candidate = await testEngine((_, response) =>
    begin(response).end(`${chunk({content: 'new'})}${usage}data: [DONE]\n\n`),
  );
  await using gateway = await steered({baseline, candidate});
  const running = ask(gateway.url, 'chat', {body: streamed});
  const response = await begun.promise;
  await gateway.admin.putRoute({...route, primary: 'candidate'});
  expect(eventsIn((await ask(gateway.url, 'chat', {body: streamed})).text)[0]).toEqual(said('new'));
  response.end(`${chunk({content: '!'})}${usage}data: [DONE]\n\n`);
  const {text, headers} = await running;
  expect(headers.get('x-cutover-target')).toBe('baseline');
  expect(eventsIn(text).slice(0, 2)).toEqual([said('old'), said('!')]);
  expect(eventsIn(text).at(-1)).toBe('[DONE]');
});

test('a caller who reads nothing stops the engine, instead of filling the memory', async () => {
  const stuck = Promise.withResolvers<void>();
  const piece = chunk({content: 'x'.repeat(60_000)});
  await using baseline = await testEngine((_, response) => {
    begin(response);
    // The kernel's buffers take some; far less than 64 MiB.
    for (let n = 0; n < 1000; n += 1) response.write(piece);
    response.once('close', stuck.resolve);
  });
  await using gateway = await steered({baseline});
  const gone = new AbortController();
  const reply = await fetch(`${gateway.url}/chat`, {
    method: 'POST',
    headers: {'content-type': 'application/json'},
    body: JSON.stringify(streamed),
    signal: gone.signal,
  });
  expect(reply.status).toBe(200);
  expect((await gateway.admin.state()).targets.baseline?.inFlight).toBe(1);
  gone.abort();
  await stuck.promise;
  expect(await gateway.admin.drain('baseline', 10_000)).toEqual({inFlight: 0});
  expect(await gateway.admin.recent(0)).toMatchObject([{outcome: 'gone'}]);
});

test('a service of the contract is asked in its own words, and its chat is one chunk of a stream', async () => {
  const contract = {
    chat: {content: 'hi', model: 'm', usage: {prompt_tokens: 1, completion_tokens: 2}},
    embed: {embeddings: [[1], [2]]},
  };
  await using service = await testEngine(({path}, response) =>
    sayJson(response, 200, path === '/chat' ? contract.chat : contract.embed),
  );
  await using gateway = await steered({baseline: service});
  await gateway.admin.putTarget('baseline', targetAt(service.url, 'service'));
  expect(JSON.parse((await ask(gateway.url, 'embed')).text)).toEqual(contract.embed);
  expect(JSON.parse((await ask(gateway.url, 'chat')).text)).toEqual(contract.chat);
  expect(eventsIn((await ask(gateway.url, 'chat', {body: streamed})).text)).toEqual([
    {...named, choices: [{index: 0, delta: {content: 'hi'}, finish_reason: 'stop'}]},
    {...named, choices: [], usage: {prompt_tokens: 1, completion_tokens: 2, total_tokens: 3}},
    '[DONE]',
  ]);
  expect(service.requests.map(({path, body}) => [path, body])).toEqual([
    ['/embed', bodiesOf.embed],
    ['/chat', bodiesOf.chat],
    ['/chat', {...bodiesOf.chat, max_tokens: 1024, temperature: 0.7, stream: false}],
  ]);
});

test('a copy of a stream is read to its end and has its line', async () => {
  await using baseline = await testEngine(answerAs('baseline'));
  await using candidate = await testEngine((_, response) =>
    begin(response).end(`${chunk({content: 'new'})}${usage}data: [DONE]\n\n`),
  );
  await using gateway = await steered({baseline, candidate});
  await gateway.admin.putRoute({...route, primary: 'baseline', mirrorShare: 1});
  const reached = candidate.next();
  await ask(gateway.url, 'chat', {body: streamed});
  await reached;
  await gateway.admin.drain('candidate', 10_000);
  const lines = await gateway.admin.recent(0);
  expect(lines.filter(({mirror}) => mirror)).toMatchObject([{target: 'candidate', outcome: 'served', status: 200}]);
});
