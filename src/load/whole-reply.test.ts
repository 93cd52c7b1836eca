import {expect, test} from 'vitest';
import {engines} from '../engines/index.ts';
import {untoldFacts} from '../engines/untold-facts.ts';
import type {EmbedRequest, RerankRequest} from '../schema/request.ts';
import {nothingTold} from './chat-stream.ts';
import {itemsOf, judgeWholeReply} from './whole-reply.ts';

const request: EmbedRequest = {kind: 'embed', id: 'r', texts: ['a', 'b']};
const vector = (index: number) => ({object: 'embedding', index, embedding: [0.5, 0.5]});

const judge = (body: string, status = 200) => judgeWholeReply(engines.openai, untoldFacts, request, {status, body});

test('a reply with a vector for every text is an answer', () => {
  expect(judge(JSON.stringify({data: [vector(0), vector(1)], usage: {prompt_tokens: 4}}))).toEqual({
    usage: {promptTokens: 4, outputTokens: null, cachedPromptTokens: null},
    failure: null,
  });
});

test.each([
  ['one vector too few', JSON.stringify({data: [vector(0)]}), 200, 'malformed'],
  ['no vectors', '{"status":"ok"}', 200, 'malformed'],
  ['half of its JSON', '{"data":[', 200, 'malformed'],
  ['no body', '', 200, 'empty'],
  ['an error', '{"error":{"message":"too long"}}', 400, 'status'],
] as const)('a reply with %s is a failure', (_, body, status, kind) => {
  expect(judge(body, status).failure).toMatchObject({kind, status});
});

test('of three documents the two best are an answer, and three were ranked', () => {
  const rerank: RerankRequest = {kind: 'rerank', id: 'r', query: 'q', documents: ['a', 'b', 'c'], topN: 2};
  const best = (...indexes: readonly number[]) => indexes.map((index, place) => ({index, score: 1 - place / 10}));
  const judgeBest = (reply: unknown) =>
    judgeWholeReply(engines.openai, untoldFacts, rerank, {status: 200, body: JSON.stringify(reply)}).failure;
  expect(judgeBest(best(2, 0))).toBeNull();
  expect(judgeBest(best(2, 0, 1))).toMatchObject({kind: 'malformed', message: 'the reply has 3 items for 2'});
  expect(itemsOf(rerank)).toBe(3);
});

test('a reply with another number of items than asked for is malformed, even where the engine sees no problem', () => {
  const engine = {...engines.openai, readWhole: () => ({usage: nothingTold, items: 3, problem: null})};
  const {failure} = judgeWholeReply(engine, untoldFacts, request, {status: 200, body: '{}'});
  expect(failure).toEqual({kind: 'malformed', message: 'the reply has 3 items for 2', status: 200});
});

test.each([
  ['nested', '{"error":{"message":"too long"}}', 'HTTP 502: too long'],
  ['flat', '{"object":"error","message":"too long"}', 'HTTP 502: too long'],
  ['text', 'Bad Gateway', 'HTTP 502: Bad Gateway'],
  ['missing', '', 'HTTP 502 without a body'],
])('an error whose body is %s is quoted', (_, body, message) => {
  expect(judge(body, 502).failure?.message).toBe(message);
});
