import {describe, expect, test} from 'vitest';
import type {EmbedRequest, RerankRequest} from '../schema/request.ts';
import {fixtureText} from '../test-fixture.ts';
import {engines} from './index.ts';
import {parseJson, valueAt} from './json-field.ts';
import {untoldFacts} from './untold-facts.ts';
import {readScores, readVectors} from './whole-reply.ts';

const text: EmbedRequest = {kind: 'embed', id: 'e', texts: ['a', 'b']};
const twoNumbers = 'AACAPwAAAMA='; // 1 and -2
const vectors = (...embeddings: readonly unknown[]) => ({
  data: embeddings.map((embedding, index) => ({index, embedding})),
});

describe('embeddings', () => {
  const base64: EmbedRequest = {...text, encoding: 'base64'};

  test('of two texts in base64 are an answer', () => {
    expect(readVectors(base64, vectors(twoNumbers, twoNumbers))).toEqual({items: 2, problem: null});
  });

  test.each([
    [
      'are numbers though base64 was asked for',
      base64,
      [
        [1, -2],
        [1, -2],
      ],
      'embedding 0 is not base64 of numbers',
    ],
    [
      'are base64 though numbers were asked for',
      text,
      [twoNumbers, twoNumbers],
      'embedding 0 is not a list of numbers',
    ],
    ['have a broken one', base64, [twoNumbers, 'AACA'], 'embedding 1 is not 2 numbers'],
    ['are of different lengths', base64, [twoNumbers, 'AACAPw=='], 'embedding 1 is not 2 numbers'],
    ['are one too few', base64, [twoNumbers], 'the reply has 1 items for 2'],
  ])('that %s are none', (_, request, embeddings, problem) => {
    expect(readVectors(request as EmbedRequest, vectors(...(embeddings as unknown[]))).problem).toBe(problem);
  });

  test('have as many numbers as were asked for', () => {
    const reply = vectors([0.6, 0.8], [0.6, 0.8]);
    expect(readVectors({...text, dimensions: 2}, reply).problem).toBeNull();
    expect(readVectors({...text, dimensions: 3}, reply).problem).toBe(
      'the vectors have 2 numbers, and 3 were asked for',
    );
  });
});

describe('the best documents', () => {
  const best: RerankRequest = {kind: 'rerank', id: 'r', query: 'q', documents: ['a', 'b', 'c'], topN: 2};
  const ranked = (...results: readonly (readonly [index: number, score: number])[]) =>
    readScores(
      best,
      results.map(([index, score]) => ({index, score})),
      'score',
    );

  test('are as many as were asked for, and come first', () => {
    expect(ranked([2, 0.9], [0, 0.1])).toEqual({items: 2, problem: null});
    expect(ranked([2, 0.5], [0, 0.5]).problem).toBeNull();
  });

  test('are all of them where there are no more', () => {
    const all = [2, 1, 0].map(index => ({index, score: index}));
    expect(readScores({...best, topN: 5}, all, 'score')).toEqual({items: 3, problem: null});
  });

  test.each([
    ['too few', [[2, 0.9]], 'the reply has 1 items for 2'],
    [
      'too many',
      [
        [2, 0.9],
        [1, 0.5],
        [0, 0.1],
      ],
      'the reply has 3 items for 2',
    ],
    [
      'twice the same',
      [
        [2, 0.9],
        [2, 0.1],
      ],
      'document 2 is there twice',
    ],
    [
      'of another request',
      [
        [2, 0.9],
        [3, 0.1],
      ],
      'result 1 is none of the 3 documents',
    ],
    [
      'in the wrong order',
      [
        [2, 0.1],
        [0, 0.9],
      ],
      'result 1 has a higher score than the one before it',
    ],
  ] as const)('%s are a problem', (_, results, problem) => {
    expect(ranked(...results).problem).toBe(problem);
  });

  test('of a real reply are those that stand first in it', () => {
    for (const name of ['vllm', 'sglang'] as const) {
      const reply = parseJson(fixtureText(`replies/${name}/rerank.json`));
      const results = (Array.isArray(reply) ? reply : valueAt(reply, 'results')) as unknown[];
      const three = results.slice(0, 3);
      const request = {...best, documents: Array(8).fill('d'), topN: 3};
      const read = engines[name].readWhole(request, Array.isArray(reply) ? three : {results: three}, untoldFacts);
      expect(read).toMatchObject({items: 3, problem: null, usage: {promptTokens: null}});
    }
  });
});

describe('what is asked for', () => {
  const embed: EmbedRequest = {...text, dimensions: 256, encoding: 'base64'};
  const rerank: RerankRequest = {kind: 'rerank', id: 'r', query: 'q', documents: ['a'], topN: 1};

  test.each(['vllm', 'sglang', 'openai', 'simulated'] as const)('%s is told by its names', name => {
    const {body} = engines[name];
    expect(body(embed, 'm')).toEqual({model: 'm', input: ['a', 'b'], encoding_format: 'base64', dimensions: 256});
    expect(body(text, 'm')).toEqual({model: 'm', input: ['a', 'b'], encoding_format: 'float'});
    expect(body(rerank, 'm')).toMatchObject({query: 'q', documents: ['a'], top_n: 1});
    const {topN: _, ...all} = rerank;
    expect(body(all, 'm')).not.toHaveProperty('top_n');
  });
});
