import {describe, expect, test} from 'vitest';
import {simulatorConfig} from './config.ts';
import {startSimulator} from './server.ts';
import {json, post} from './test-client.ts';

const start = (dialect: 'vllm' | 'sglang', more: object = {}) =>
  startSimulator(simulatorConfig.parse({dialect, speed: 20, model: 'served', ...more}));
const ask = <Shape>(url: string, path: string, body: object) =>
  json<Shape>(post(`${url}${path}`, {model: 'served', ...body}));

interface Embeddings {
  readonly data: readonly {readonly embedding: readonly number[] | string}[];
  readonly usage: {readonly prompt_tokens: number};
}
interface Ranking {
  readonly results: readonly {readonly index: number; readonly relevance_score: number}[];
  readonly usage: {readonly prompt_tokens: number};
}
type RankingList = readonly {
  readonly index: number;
  readonly score: number;
  readonly meta_info: {readonly prompt_tokens: number};
}[];

test('both dialects embed a text alike, as numbers and in base64', async () => {
  await using vllm = await start('vllm');
  await using sglang = await start('sglang');
  const input = ['a cat sat on the mat', 'import numpy'];
  const replies = await Promise.all([
    ask<Embeddings>(vllm.url, '/v1/embeddings', {input}),
    ask<Embeddings>(sglang.url, '/v1/embeddings', {input}),
    ask<Embeddings>(vllm.url, '/v1/embeddings', {input, encoding_format: 'base64'}),
    ask<Embeddings>(sglang.url, '/v1/embeddings', {input, encoding_format: 'base64'}),
  ]);
  const vectors = replies.map(({data}) =>
    data.map(({embedding}) => {
      if (typeof embedding !== 'string') return embedding;
      const bytes = Buffer.from(embedding, 'base64');
      return Array.from({length: bytes.length / 4}, (_, index) => bytes.readFloatLE(index * 4));
    }),
  );
  expect(vectors[0]).toHaveLength(2);
  expect(vectors[0]?.[0]).toHaveLength(768);
  for (const other of vectors.slice(1)) expect(other).toEqual(vectors[0]);
  for (const {usage} of replies) expect(usage.prompt_tokens).toBe(6 + 2 + (2 + 2)); // two more around each text
  const rows = vllm.truth();
  expect(rows.map(({kind, outcome, outputTokens, tokenMs}) => [kind, outcome, outputTokens, tokenMs])).toEqual([
    ['embed', 'ok', 0, []],
    ['embed', 'ok', 0, []],
  ]);
});

test('token ids may be embedded instead of text', async () => {
  await using vllm = await start('vllm');
  const {tokens} = await ask<{tokens: number[]}>(vllm.url, '/tokenize', {prompt: 'a cat'});
  const [texts, one, many] = await Promise.all([
    ask<Embeddings>(vllm.url, '/v1/embeddings', {input: 'a cat'}),
    ask<Embeddings>(vllm.url, '/v1/embeddings', {input: tokens}),
    ask<Embeddings>(vllm.url, '/v1/embeddings', {input: [tokens]}),
  ]);
  expect(one.data).toEqual(texts.data);
  expect(many.data).toEqual(texts.data);
});

test('both dialects rank alike, on scales that a sigmoid joins', async () => {
  await using vllm = await start('vllm');
  await using sglang = await start('sglang');
  const body = {query: 'where does the cat sleep', documents: ['the sky is blue', 'the cat does sleep here', 'a cat']};
  const ranked = await ask<Ranking>(vllm.url, '/rerank', body);
  const raw = await ask<Ranking>(vllm.url, '/v1/rerank', {...body, use_activation: false});
  const list = await ask<RankingList>(sglang.url, '/v1/rerank', body);
  const order = list.map(({index}) => index);
  expect(order[0]).toBe(1);
  expect(order.at(-1)).toBe(0);
  expect(ranked.results.map(({index}) => index)).toEqual(order);
  expect(raw.results.map(result => result.relevance_score)).toEqual(list.map(({score}) => score));
  for (const [index, {relevance_score}] of ranked.results.entries())
    expect(relevance_score).toBeCloseTo(1 / (1 + Math.exp(-(list[index]?.score ?? Number.NaN))), 12);
  const itemTokens = list.reduce((sum, item) => sum + item.meta_info.prompt_tokens, 0);
  expect(ranked.usage.prompt_tokens).toBe(itemTokens);
  expect(sglang.truth()).toMatchObject([{kind: 'rerank', promptTokens: itemTokens, outcome: 'ok'}]);
});

describe.each(['vllm', 'sglang'] as const)('%s', dialect => {
  test('cuts vectors of a matryoshka model and makes them one long again; none is longer than the model makes it', async () => {
    await using simulator = await start(dialect, {matryoshka: true});
    const vectorOf = async (more: object) => {
      const {data} = await ask<Embeddings>(simulator.url, '/v1/embeddings', {input: 'import numpy as np', ...more});
      return data[0]?.embedding as readonly number[];
    };
    const [whole, short] = [await vectorOf({}), await vectorOf({dimensions: 256})];
    const kept = Math.hypot(...whole.slice(0, 256));
    expect(short).toHaveLength(256);
    for (const [place, value] of short.entries()) expect(value).toBeCloseTo((whole[place] ?? Number.NaN) / kept, 6);
    expect(await vectorOf({dimensions: 768})).toEqual(whole);
    const longer = await post(`${simulator.url}/v1/embeddings`, {model: 'served', input: 'a', dimensions: 1024});
    expect(longer.status).toBe(400);
    expect(await longer.text()).toMatch(/range \[1, 768\]|max embedding dimension: 768/);
  });

  test('refuses a text by the context of a BERT embedder, SGLang one token before vLLM', async () => {
    await using simulator = await start(dialect);
    const longest = dialect === 'vllm' ? 512 : 511;
    const statusOf = async (tokens: number) =>
      (await post(`${simulator.url}/v1/embeddings`, {input: 'word '.repeat(tokens - 2).trim(), model: 'served'}))
        .status;
    expect([await statusOf(longest), await statusOf(longest + 1)]).toEqual([200, 400]);
  });

  test('answers with the best documents only, first of all those of the whole ranking', async () => {
    await using simulator = await start(dialect);
    const body = {query: 'where does the cat sleep', documents: ['blue', 'the cat does sleep here', 'a cat', '']};
    const rank = async (more: object) => {
      const documents = dialect === 'vllm' ? body.documents : body.documents.slice(0, 3);
      const reply = await post(`${simulator.url}/v1/rerank`, {...body, documents, ...more, model: 'served'});
      const ranking = (await reply.json()) as RankingList & Ranking;
      return {status: reply.status, order: (ranking.results ?? ranking).map?.(({index}) => index)};
    };
    const {order = []} = await rank({});
    expect((await rank({top_n: 2})).order).toEqual(order.slice(0, 2));
    expect((await rank({top_n: 9})).order).toEqual(order);
    expect(await rank({top_n: 0})).toMatchObject(dialect === 'vllm' ? {status: 200, order} : {status: 400});
  });
});
