import {describe, expect, test} from 'vitest';
import {fixtureText} from '../test-fixture.ts';
import {dialectNames} from './calibration.ts';
import {simulatorConfig} from './config.ts';
import {startSimulator} from './server.ts';
import {chatPath, post, user} from './test-client.ts';

// The requests that fixtures/README.md tells of, sent to the simulated engines, which must answer as the real ones did.

const model = '/eng/models/qwen2.5-coder-1.5b';
const question =
  'Explain what a binary heap is, with the cost of push and pop, in a few sentences, ' +
  'and say when a sorted list is the better choice.';
const messages = [{role: 'system', content: 'You answer questions about code.'}, user(question)];
const documents = Array.from({length: 8}, (_, index) => `document ${index}`);
const jsonType = 'application/json';

const start = (dialect: 'vllm' | 'sglang') =>
  startSimulator(simulatorConfig.parse({dialect, speed: 20, model, kvTokens: 8192}));

/** A value with the names of types in the place of values, null among them; of a list the kinds of its entries. */
const shapeOf = (value: unknown): unknown => {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  if (Array.isArray(value))
    return [...new Set(value.map(entry => JSON.stringify(shapeOf(entry))))].map(kind => JSON.parse(kind));
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([key, inner]) => [key, shapeOf(inner)]));
};

/** The kinds of events of a stream, in the order in which each first came. */
const kindsOfEvents = (stream: string): unknown =>
  shapeOf(
    stream
      .split('\n\n')
      .filter(event => event !== '')
      .map(event => event.replace(/^data: /, ''))
      .map(data => (data === '[DONE]' ? data : JSON.parse(data))),
  );

/** The paths to all values of a reply. */
const pathsOf = (value: unknown, path = ''): string[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, `${path}/${key}`))
    : [path];

/** Names of series with their labels' names, and the lines of help and type. */
const seriesOf = (page: string): string[] =>
  page
    .split('\n')
    .filter(line => line !== '')
    .map(line => line.replace(/=".*?"(?=[,}])/g, '').replace(/^([^#]\S*) .*/, '$1'));

describe.each(dialectNames)('%s', dialect => {
  const reply = (file: string) => JSON.parse(fixtureText(`replies/${dialect}/${file}.json`));

  test('streams the same kinds of events in the same order', async () => {
    await using simulator = await start(dialect);
    const stream = async (more: object) => {
      const response = await post(`${simulator.url}${chatPath}`, {
        model,
        messages,
        temperature: 0,
        stream: true,
        ...more,
      });
      expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      return kindsOfEvents(await response.text());
    };
    const ofFile = (name: string) => kindsOfEvents(fixtureText(`streams/${dialect}/${name}.sse`));
    // In this order: the second finds the first in the cache, of which SGLang tells in another way than of nothing.
    expect(await stream({max_tokens: 24, stream_options: {include_usage: true}})).toEqual(ofFile('plain'));
    const continuous = {include_usage: true, continuous_usage_stats: true};
    const counted = await stream({max_tokens: 24, ignore_eos: true, stream_options: continuous});
    expect(counted).toEqual(ofFile('continuous-usage'));
    expect(counted).toEqual(ofFile('under-load'));
    expect(await stream({max_tokens: 8})).toEqual(ofFile('no-usage'));
  });

  test('answers in the same shapes', async () => {
    await using simulator = await start(dialect);
    const asked = async (path: string, body?: object) => {
      const response = await (body ? post(`${simulator.url}${path}`, body) : fetch(`${simulator.url}${path}`));
      expect([response.status, response.headers.get('content-type')]).toEqual([200, jsonType]);
      return shapeOf(await response.json());
    };
    const chat = {model, messages, max_tokens: 8, temperature: 0};
    await asked(chatPath, chat); // for the cache
    expect(await asked(chatPath, chat)).toEqual(shapeOf(reply('chat')));
    expect(await asked('/v1/embeddings', {model, input: ['a'], encoding_format: 'float'})).toEqual(
      shapeOf(reply('embed')),
    );
    const ranking = {query: 'q', documents, ...(dialect === 'vllm' ? {model} : {return_documents: true})};
    expect(await asked('/v1/rerank', ranking)).toEqual(shapeOf(reply('rerank')));
    expect(await asked('/tokenize', {model, prompt: 'a b'})).toEqual(shapeOf(reply('tokenize')));
    expect(await asked('/v1/models')).toEqual(shapeOf(reply('models')));
  });

  test('refuses with the same status, type, code and parameter', async () => {
    await using simulator = await start(dialect);
    const refused = async (path: string, body: object | string) => {
      const response = await post(`${simulator.url}${path}`, body);
      return [response.status, response.headers.get('content-type'), withoutMessage(await response.json())];
    };
    const withoutMessage = (body: unknown) => {
      const {error, ...flat} = body as {error?: object};
      return error ? {error: {...error, message: ''}} : {...flat, message: ''};
    };
    const error = (file: string) => [400, jsonType, withoutMessage(reply(file))];
    const word = 'word ';
    const long = {model, messages: [user(word.repeat(9000))], max_tokens: 8, stream: true};
    expect(await refused(chatPath, '{not json')).toEqual(error('error-bad-json'));
    expect(await refused(chatPath, long)).toEqual(error('error-too-long'));
    expect(await refused('/v1/embeddings', {model, input: [word.repeat(9000)]})).toEqual(error('error-embed-too-long'));
  });

  test('has series on its /metrics page that the real one has, with the same labels, types and help', async () => {
    await using simulator = await start(dialect);
    const page = async () => {
      const response = await fetch(`${simulator.url}/metrics`);
      const version = dialect === 'vllm' ? '1.0.0' : '0.0.4';
      expect(response.headers.get('content-type')).toBe(`text/plain; version=${version}; charset=utf-8`);
      return seriesOf(await response.text());
    };
    const unknown = (series: readonly string[], when: string) => {
      const real = new Set(seriesOf(fixtureText(`metrics/${dialect}/${when}.txt`)));
      return series.filter(name => !real.has(name));
    };
    expect(unknown(await page(), 'before')).toEqual([]);
    const chat = {model, messages, max_tokens: 8};
    for (const stream of [false, true, true])
      await (await post(`${simulator.url}${chatPath}`, {...chat, stream})).text();
    expect(unknown(await page(), 'after')).toEqual([]);
  });
});

describe('vllm', () => {
  const reply = (file: string) => JSON.parse(fixtureText(`replies/vllm/${file}.json`));

  test('knows no other model, embeds an empty text and resets its cache', async () => {
    await using simulator = await start('vllm');
    const {url} = simulator;
    const other = await post(`${url}${chatPath}`, {model: 'no-such-model', messages, max_tokens: 8});
    expect([other.status, await other.json()]).toEqual([404, reply('error-unknown-model')]);
    const empty = await post(`${url}/v1/embeddings`, {model, input: ['']});
    expect([empty.status, shapeOf(await empty.json())]).toEqual([200, shapeOf(reply('embed-blank-text'))]);
    const reset = await post(`${url}/reset_prefix_cache`, '');
    expect([reset.status, await reset.json()]).toEqual([200, reply('reset')]);
    const flush = await post(`${url}/flush_cache`, '');
    expect([flush.status, await flush.json()]).toEqual([404, reply('not-found')]);
    const version = await fetch(`${url}/version`);
    expect(shapeOf(await version.json())).toEqual(shapeOf(reply('version')));
  });

  test('says in the same words why a prompt is too long', async () => {
    await using simulator = await start('vllm');
    const long = {model, messages: [user('word '.repeat(9000))], max_tokens: 8};
    expect(await (await post(`${simulator.url}${chatPath}`, long)).json()).toEqual(reply('error-too-long'));
  });
});

describe('sglang', () => {
  const reply = (file: string) => JSON.parse(fixtureText(`replies/sglang/${file}.json`));

  test('knows any model, refuses an empty text and flushes its cache', async () => {
    await using simulator = await start('sglang');
    const {url} = simulator;
    const chat = {model: 'no-such-model', messages, max_tokens: 8};
    await (await post(`${url}${chatPath}`, chat)).text(); // for the cache
    const other = await post(`${url}${chatPath}`, chat);
    const body = await other.json();
    expect([other.status, shapeOf(body)]).toEqual([200, shapeOf(reply('chat-unknown-model'))]);
    expect(body).toMatchObject({model: 'no-such-model'});
    const empty = await post(`${url}/v1/embeddings`, {model, input: ['']});
    expect([empty.status, await empty.json()]).toEqual([400, reply('error-blank-text')]);
    const flush = await post(`${url}/flush_cache`, '');
    expect([flush.status, flush.headers.get('content-type'), await flush.text()]).toEqual([
      200,
      null,
      fixtureText('replies/sglang/reset.txt'),
    ]);
    const reset = await post(`${url}/reset_prefix_cache`, '');
    expect([reset.status, await reset.json()]).toEqual([404, reply('not-found')]);
  });

  test('refuses messages that are no list as FastAPI does', async () => {
    await using simulator = await start('sglang');
    const refused = await post(`${simulator.url}${chatPath}`, {model, messages: 7});
    const {message: _, ...error} = reply('error-bad-type');
    expect([refused.status, await refused.json()]).toEqual([400, {...error, message: expect.any(String)}]);
  });

  test('tells of itself only what the real one tells, at the same places', async () => {
    await using simulator = await start('sglang');
    for (const [path, file] of [
      ['/server_info', 'server-info'],
      ['/model_info', 'model-info'],
    ] as const) {
      const told = await (await fetch(`${simulator.url}${path}`)).json();
      const real = new Set(pathsOf(reply(file)));
      expect(pathsOf(told).filter(place => !real.has(place))).toEqual([]);
    }
  });
});
