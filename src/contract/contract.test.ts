import {beforeAll, describe, expect, test} from 'vitest';
import {engines} from '../engines/index.ts';
import {startGateway} from '../gateway/server.ts';
import {attachTo} from '../runtimes/attach.ts';
import type {Answer} from '../schema/answer.ts';
import {simulatorConfig} from '../simulator/config.ts';
import {startSimulator} from '../simulator/server.ts';
import {askContract} from './ask.ts';
import {compareAnswers} from './drop-in.ts';
import {judgeContract} from './judge.ts';
import type {ContractQuestion} from './question.ts';
import {type Spoil, testService} from './test-service.ts';

const signal = new AbortController().signal;

/** Bodies of megabytes only where they are asked for: there are many services here. */
const ask = (origin: string, generated = 30, long = true) => {
  const serves = ({body}: ContractQuestion) => long || (body?.length ?? 0) < 10_000;
  return askContract({origin, seed: 7, generated, timeoutMs: 20_000, signal, serves, onAnswer() {}});
};

/** The answers of our gateway in front of a simulated engine that takes next to no time. */
const askGateway = async (name: 'vllm' | 'sglang'): Promise<readonly Answer[]> => {
  await using simulator = await startSimulator(simulatorConfig.parse({dialect: name, speed: 500}));
  const targets = [{role: null, url: simulator.url}];
  await using stack = await attachTo({engine: engines[name], targets, models: {}, signal, onLine() {}});
  await using gateway = await startGateway({stack, port: 0, timeoutMs: 20_000});
  return await ask(gateway.url);
};

const askTest = async (spoil?: Spoil, generated = 30, long = true): Promise<readonly Answer[]> => {
  await using service = await testService(spoil);
  return await ask(service.url, generated, long);
};

const outcomes = (answers: readonly Answer[], outcome: string) =>
  judgeContract(answers)
    .checks.filter(check => check.outcome === outcome)
    .map(({id}) => id);

const asked = {vllm: [] as readonly Answer[], sglang: [] as readonly Answer[], test: [] as readonly Answer[]};
beforeAll(async () => {
  asked.vllm = await askGateway('vllm');
  asked.sglang = await askGateway('sglang');
  asked.test = await askTest();
});

describe('services that keep the contract', () => {
  test.each(['vllm', 'sglang', 'test'] as const)('%s fails no check', name => {
    const {checks, measures} = judgeContract(asked[name]);
    expect(checks.filter(({outcome}) => outcome === 'fail' || outcome === 'unknown')).toEqual([]);
    expect(measures).toMatchObject({
      withoutReply: 0,
      defaultMaxTokensSeen: 1024,
      embeddingDimensions: name === 'test' ? 8 : 768,
    });
  });

  test('our gateway in front of SGLang can stand in for the one in front of vLLM, and the other way round', () => {
    for (const [first, second] of [
      [asked.vllm, asked.sglang],
      [asked.sglang, asked.vllm],
    ] as const) {
      const {verdict, fields, questions} = compareAnswers(first, second);
      expect(fields.filter(field => field.verdict === 'different' || field.verdict === 'unknown')).toEqual([]);
      expect(verdict).toBe('drop-in');
      expect(questions).toBe(asked.vllm.length);
      expect(fields.filter(field => field.verdict === 'compatible').map(({field}) => field)).toContain(
        'health framework',
      );
    }
  });
});

/** Changes the JSON of every good reply of a path. */
const changed =
  (path: string, change: (body: never, request: never) => unknown): Spoil =>
  (reply, request) =>
    request.path === path && reply.status === 200
      ? {...reply, body: change(reply.body as never, request.body as never)}
      : reply;

type Embedded = {embeddings: number[][]; usage: {total_tokens: number}};
type Ranked = {results: {index: number; score: number; text: string}[]};
type Chatted = {content: string; usage: Record<string, unknown>};

const defects: readonly (readonly [string, string, string, Spoil])[] = [
  [
    'a default of 512 tokens',
    'chat-default-length',
    'check chat-default-length',
    changed('/chat', (body: Chatted, {max_tokens = 512}: {max_tokens?: number}) => ({
      ...body,
      usage: {...body.usage, completion_tokens: max_tokens},
    })),
  ],
  ['no usage', 'embed-usage', 'embed usage', changed('/embed', ({usage: _, ...body}: Embedded) => body)],
  [
    'half a usage',
    'chat-usage',
    'chat usage.prompt_tokens',
    changed('/chat', (body: Chatted) => ({...body, usage: {completion_tokens: 1}})),
  ],
  [
    'a count as a text',
    'chat-usage',
    'chat usage.prompt_tokens',
    changed('/chat', (body: Chatted) => ({...body, usage: {...body.usage, prompt_tokens: '9'}})),
  ],
  [
    'the worst document first',
    'rerank-order',
    'rerank results[].index',
    changed('/rerank', (body: Ranked) => ({...body, results: body.results.toReversed()})),
  ],
  [
    'logits for scores',
    'rerank-scale',
    'rerank results[].score',
    changed('/rerank', (body: Ranked) => ({
      ...body,
      results: body.results.map(one => ({...one, score: one.score * 20 - 10})),
    })),
  ],
  [
    'places for indexes',
    'rerank-index',
    'rerank results[].index',
    changed('/rerank', (body: Ranked) => ({...body, results: body.results.map((one, index) => ({...one, index}))})),
  ],
  [
    'top_n unheard',
    'rerank-top',
    'rerank results',
    (reply, request) =>
      request.path === '/rerank' && reply.status === 200
        ? {
            ...reply,
            body: {
              ...(reply.body as object),
              results: (request.body as {documents: string[]}).documents.map((text, index) => ({
                index,
                score: 0.5,
                text,
              })),
            },
          }
        : reply,
  ],
  [
    'a field too many',
    'rerank-fields',
    'rerank took_ms',
    changed('/rerank', (body: Ranked) => ({...body, took_ms: 3})),
  ],
  [
    'a field too few',
    'embed-fields',
    'embed model',
    changed('/embed', ({model: _, ...body}: Embedded & {model: string}) => body),
  ],
  [
    'one vector too few',
    'embed-vectors',
    'embed embeddings',
    changed('/embed', (body: Embedded) => ({...body, embeddings: body.embeddings.slice(0, -1)})),
  ],
  [
    'vectors in another order',
    'embed-order',
    'embed embeddings',
    changed('/embed', (body: Embedded) => ({...body, embeddings: body.embeddings.toReversed()})),
  ],
  [
    'another model than health says',
    'model-names',
    'chat model',
    changed('/chat', (body: Chatted) => ({...body, model: 'other'})),
  ],
  [
    '500 for bad input',
    'refused',
    'embed HTTP status',
    (reply, {path}) => (path === '/embed' && reply.status === 400 ? {...reply, status: 500} : reply),
  ],
  [
    '200 for bad input',
    'refused',
    'chat HTTP status',
    (reply, {path}) => (path === '/chat' && reply.status === 400 ? {status: 200, body: {error: 'no'}} : reply),
  ],
  [
    'an error page',
    'error-shape',
    'chat error',
    (reply, {path}) => (path === '/chat' && reply.status >= 400 ? {...reply, body: 'Bad Request'} : reply),
  ],
  [
    '404 for a wrong method',
    'wrong-method',
    'http HTTP status',
    reply => (reply.status === 405 ? {...reply, status: 404} : reply),
  ],
  [
    'any model taken',
    'unknown-model',
    'embed HTTP status',
    (reply, {path, body}) =>
      path === '/embed' && reply.status === 404
        ? {status: 200, body: {embeddings: [[1]], model: (body as {model: string}).model, usage: {total_tokens: 1}}}
        : reply,
  ],
  [
    'no reply to long texts',
    'reply',
    'chat reply',
    (reply, {path, bytes}) => (path === '/chat' && bytes > 100_000 ? {...reply, status: 0} : reply),
  ],
  [
    'health without models',
    'health-fields',
    'health models',
    (reply, {path}) =>
      path === '/health' && reply.status === 200 ? {...reply, body: {status: 'healthy', framework: 'test'}} : reply,
  ],
];

describe('services with one defect', () => {
  test.each(defects)('%s is found by %s, and by the field %s of the comparison', async (_, check, field, spoil) => {
    const answers = await askTest(spoil, 12, check === 'reply');
    expect(outcomes(answers, 'fail')).toContain(check);
    const {verdict, fields} = compareAnswers(asked.test, answers);
    // A field that is new and another 4xx harm no caller; every other defect does.
    const worse = check === 'rerank-fields' || check === 'wrong-method' ? 'compatible' : 'different';
    expect(fields.find(one => one.field === field)).toMatchObject({verdict: worse});
    expect(verdict).toBe(worse === 'different' ? 'different' : 'drop-in');
  });

  test('what only generated questions find is made smaller until nothing can be left out', async () => {
    const answers = await askTest(
      (reply, {path, body}) => {
        const texts = (body as {texts?: unknown} | undefined)?.texts;
        const broken =
          path === '/embed' && Array.isArray(texts) && texts.some(text => String(text).includes('SELECT *'));
        return broken ? {status: 500, body: {error: 'syntax error'}} : reply;
      },
      90,
      false,
    );
    const found = judgeContract(answers).checks.find(({id}) => id === 'no-5xx');
    expect(found).toMatchObject({outcome: 'fail', example: 'POST /embed (application/json) {"texts":["SELECT *"]}'});
  });
});
