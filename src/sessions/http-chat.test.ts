import {once} from 'node:events';
import {createServer, type RequestListener, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {describe, expect, test} from 'vitest';
import {engines} from '../engines/index.ts';
import {untoldFacts} from '../engines/untold-facts.ts';
import {CutoverError} from '../errors.ts';
import {dialectNames} from '../simulator/calibration.ts';
import {simulatorConfig} from '../simulator/config.ts';
import {parseFault} from '../simulator/faults.ts';
import {startSimulator} from '../simulator/server.ts';
import {type AskedChat, ServerAway} from './chat-server.ts';
import {type HttpChatOptions, httpChat} from './http-chat.ts';
import {SessionClient} from './session-client.ts';

const question: AskedChat = {
  messages: [{role: 'user', content: 'Why?'}],
  outputTokens: 4,
  signal: undefined,
  onText: undefined,
};
const clock = {now: () => performance.now()};
const event = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`;
const token = (content: string) => event({choices: [{index: 0, delta: {content}}]});

/** A server that does to every request what the test is about. */
const serverThat = async (answer: RequestListener) => {
  const received: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    received.push(body);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

const chatAt = (url: string, options: Partial<HttpChatOptions> = {}) =>
  httpChat({url, model: 'm', engine: engines.openai, ...options});

/** What became of one question. */
const outcomeAt = async (answer: RequestListener, options: Partial<HttpChatOptions> = {}, asked = question) => {
  await using server = await serverThat(answer);
  const outcome = await chatAt(server.url, options)
    .ask(asked)
    .catch((thrown: unknown) => thrown);
  return {outcome, received: server.received};
};

const stream = (response: ServerResponse, ...events: readonly string[]) => {
  response.writeHead(200, {'content-type': 'text/event-stream'});
  for (const each of events) response.write(each);
};

describe('a reply', () => {
  const usage = {prompt_tokens: 5, completion_tokens: 2, prompt_tokens_details: {cached_tokens: 3}};
  const told = {promptTokens: 5, outputTokens: 2, cachedPromptTokens: 3};

  test('is streamed, told as it comes, and returned whole', async () => {
    const heard: string[] = [];
    const {outcome, received} = await outcomeAt(
      (_, response) => {
        stream(response, token('Be'), token('cause.'), event({choices: [{delta: {}, finish_reason: 'stop'}]}));
        response.end(`${event({choices: [], usage})}data: [DONE]\n\n`);
      },
      {},
      {...question, onText: text => void heard.push(text)},
    );
    expect(outcome).toEqual({text: 'Because.', finishReason: 'stop', usage: told});
    expect(heard.join('')).toBe('Because.');
    expect(JSON.parse(received[0] ?? '')).toEqual({
      ...{model: 'm', messages: question.messages, temperature: 0, max_tokens: 4},
      ...{stream: true, stream_options: {include_usage: true}},
    });
  });

  test('is one JSON body where it is not streamed', async () => {
    const choice = {message: {role: 'assistant', content: 'Because.'}, finish_reason: 'length'};
    const answer: RequestListener = (_, response) => response.end(JSON.stringify({choices: [choice], usage}));
    const {outcome, received} = await outcomeAt(answer, {stream: false}, {...question, outputTokens: null});
    expect(outcome).toEqual({text: 'Because.', finishReason: 'length', usage: told});
    expect(JSON.parse(received[0] ?? '')).toEqual({model: 'm', messages: question.messages, temperature: 0});
  });
});

describe('the service of docs/contract.md', () => {
  const usage = {prompt_tokens: 5, completion_tokens: 2, total_tokens: 7};

  test('answers with the message itself, and tells neither cached tokens nor why it ended', async () => {
    const answer: RequestListener = (_, response) =>
      response.end(JSON.stringify({content: 'Because.', model: 'm', usage}));
    const {outcome} = await outcomeAt(answer, {engine: engines.service, stream: false});
    const told = {promptTokens: 5, outputTokens: 2, cachedPromptTokens: null};
    expect(outcome).toEqual({text: 'Because.', finishReason: null, usage: told});
  });
});

describe('a server is away, and another one may be asked,', () => {
  test.each([502, 503, 504])('when it answers %i', async status => {
    const {outcome} = await outcomeAt((_, response) => response.writeHead(status).end('{"detail":"not now"}'));
    expect(outcome).toBeInstanceOf(ServerAway);
    expect(String(outcome)).toContain(`HTTP ${status}: not now`);
  });

  test('when it refuses the connection', async () => {
    const gone = await serverThat(() => {});
    await gone[Symbol.asyncDispose]();
    const server = chatAt(gone.url);
    await expect(server.ask(question)).rejects.toThrow(ServerAway);
    await expect(server.ask(question)).rejects.toThrow('ECONNREFUSED');
    expect(await server.isAvailable()).toBe(false);
  });

  test('when it hangs up before it answers', async () => {
    const {outcome} = await outcomeAt(request => request.socket.destroy());
    expect(outcome).toBeInstanceOf(ServerAway);
  });

  test.each([{firstByteMs: 20}, {wholeMs: 20}])('when no byte has come in time (%o)', async options => {
    const {outcome} = await outcomeAt(() => {}, options);
    expect(outcome).toBeInstanceOf(ServerAway);
    expect(String(outcome)).toContain('no answer within 0.02 s');
  });
});

describe('no other server is asked', () => {
  const codeOf = (outcome: unknown) => (outcome instanceof CutoverError ? outcome.code : outcome);

  test.each([400, 404, 422, 429])('when the request is refused (%i)', async status => {
    const {outcome} = await outcomeAt((_, response) => response.writeHead(status).end('{"error":{"message":"no"}}'));
    expect(codeOf(outcome)).toBe('BAD_OPTIONS');
    expect(String(outcome)).toContain(`HTTP ${status}: no`);
  });

  test('when the server fails', async () => {
    const {outcome} = await outcomeAt((_, response) => response.writeHead(500).end('broken'));
    expect(codeOf(outcome)).toBe('TRIAL_FAILED');
  });

  test('when a whole reply is none', async () => {
    const {outcome} = await outcomeAt((_, response) => response.end('hello'), {stream: false});
    expect(codeOf(outcome)).toBe('TRIAL_FAILED');
  });

  test('when the server dies in the middle of its answer', async () => {
    const {outcome} = await outcomeAt((_, response) => {
      stream(response);
      response.write(token('Be'), () => response.destroy());
    });
    expect(codeOf(outcome)).toBe('ENGINE_DIED');
  });

  test.each([
    ['an answer ends early', token('Be'), 'the stream ended without [DONE]'],
    ['an answer turns into an error', token('Be') + event({error: {message: 'out of memory'}}), 'out of memory'],
  ])('when %s', async (_, events, why) => {
    const {outcome} = await outcomeAt((_request, response) => {
      stream(response, events);
      response.end();
    });
    expect(codeOf(outcome)).toBe('ENGINE_DIED');
    expect(String(outcome)).toContain(why);
  });

  test('when an answer that has begun is not complete in time', async () => {
    const {outcome} = await outcomeAt((_, response) => stream(response, token('Be')), {wholeMs: 1000});
    expect(codeOf(outcome)).toBe('ENGINE_DIED');
    expect(String(outcome)).toContain('not complete within 1 s');
  });
});

test.each(['before', 'after'] as const)('an abort %s the answer has begun rejects with its reason', async when => {
  const abort = new AbortController();
  const reason = new Error('enough');
  const {outcome} = await outcomeAt(
    (_, response) => {
      if (when === 'before') abort.abort(reason);
      else stream(response, token('Be'));
    },
    {},
    {...question, signal: abort.signal, onText: () => abort.abort(reason)},
  );
  expect(outcome).toBe(reason);
});

test('a session falls back when its server is refused, and never loses what was said', async () => {
  const simulator = await startSimulator(simulatorConfig.parse({dialect: 'vllm', speed: 50}));
  await using second = await startSimulator(simulatorConfig.parse({dialect: 'sglang', speed: 50}));
  const servers = [
    httpChat({url: simulator.url, model: 'simulated-model', engine: engines.vllm}),
    httpChat({url: second.url, model: 'simulated-model', engine: engines.sglang}),
  ] as const;
  const client = new SessionClient({servers, clock});
  client.createSession('s', 'Be brief.');
  const one = await client.continueSession('s', 'Why?', {outputTokens: 8});
  expect(one).toMatchObject({servedBy: simulator.url, fellBack: false});
  await simulator[Symbol.asyncDispose]();
  const two = await client.continueSession('s', 'And?', {outputTokens: 8});
  expect(two).toMatchObject({servedBy: second.url, fellBack: true, turn: 2});
  expect(client.historyOf('s').map(({content}) => content)).toEqual(['Be brief.', 'Why?', one.text, 'And?', two.text]);
  expect(await client.isAvailable()).toBe(true);
});

test('an answer that broke off is asked nowhere else', async () => {
  const faults = [parseFault('disconnect:every=1,after-tokens=2')];
  await using first = await startSimulator(simulatorConfig.parse({dialect: 'vllm', speed: 50, faults}));
  await using second = await startSimulator(simulatorConfig.parse({dialect: 'vllm', speed: 50}));
  const servers = [first, second].map(({url}) => httpChat({url, model: 'simulated-model', engine: engines.vllm}));
  const client = new SessionClient({servers: servers as [(typeof servers)[0]], clock});
  client.createSession('s');
  await expect(client.continueSession('s', 'Why?', {outputTokens: 8})).rejects.toThrow('the answer broke off');
  expect(client.historyOf('s')).toEqual([]);
  expect(second.truth()).toEqual([]);
});

describe.each(dialectNames)('%s', dialect => {
  const start = async (stream: boolean) => {
    const simulator = await startSimulator(simulatorConfig.parse({dialect, speed: 50}));
    const facts = {...untoldFacts, reportsCachedTokens: true};
    const {url} = simulator;
    const server = httpChat({url, model: 'simulated-model', engine: engines[dialect], facts, stream});
    return {simulator, client: new SessionClient({servers: [server], clock})};
  };
  const long = 'You answer questions about code, and you are brief about it. '.repeat(8);

  test.each([true, false])(
    'the second turn finds the first one in the cache, as the server knows (streamed: %s)',
    async stream => {
      const {simulator, client} = await start(stream);
      await using _ = simulator;
      client.createSession('s', long);
      const one = await client.continueSession('s', 'Where is the cache?', {outputTokens: 40});
      const two = await client.continueSession('s', 'And the queue?', {outputTokens: 4});
      const truth = simulator.truth();
      expect([one, two].map(({usage}) => usage)).toEqual(
        truth.map(({promptTokens, outputTokens, cachedPromptTokens}) => ({
          promptTokens,
          outputTokens,
          cachedPromptTokens,
        })),
      );
      expect(one.usage.cachedPromptTokens).toBe(0);
      // All of the first turn but less than a page of it: its reply was resent exactly.
      const first = (one.usage.promptTokens ?? 0) + 40;
      expect(two.usage.cachedPromptTokens).toBeGreaterThan(first - 17);
      expect(two.usage.cachedPromptTokens).toBeLessThanOrEqual(first);
    },
  );

  test('a warmed prefix is in the cache, as the server knows', async () => {
    const {simulator, client} = await start(true);
    await using _ = simulator;
    const [warmed] = await client.warmPrefixes([long]);
    const [cold, warm] = simulator.truth();
    expect(cold?.cachedPromptTokens).toBe(0);
    expect(warmed).toMatchObject({
      promptTokens: warm?.promptTokens,
      cachedPromptTokens: warm?.cachedPromptTokens,
      servedBy: simulator.url,
    });
    expect(warmed?.cachedPromptTokens).toBeGreaterThan(80);
  });
});
