import {expect, test} from 'vitest';
import {steered} from '../test-engine.ts';

const json = {'content-type': 'application/json'};
const notARoute = 'must be baseline or candidate';

test.each([
  ['a path that is not here', 'GET', '/nope', {}, 404, 'There is no GET /nope here'],
  ['a method that is not here', 'POST', '/route', {headers: json, body: '{}'}, 404, 'There is no POST /route here'],
  [
    'a form',
    'PUT',
    '/route',
    {headers: {'content-type': 'text/plain'}, body: '{}'},
    415,
    'The body must be application/json',
  ],
  ['no body', 'PUT', '/route', {}, 400, 'The body must be a JSON object'],
  [
    ...(['a field that is wrong and one that is missing', 'POST', '/drain/baseline'] as const),
    ...([{headers: json, body: '{"x": 1}'}, 400, 'withinMs: must be a number; The body takes no x'] as const),
  ],
  ['another side', 'DELETE', '/targets/other', {}, 400, `arm: ${notARoute}`],
  [
    'a target that is not there',
    'POST',
    '/drain/baseline',
    {headers: json, body: '{"withinMs": 0}'},
    404,
    'There is no baseline',
  ],
] as const)('%s is refused with one sentence', async (_, method, path, init, status, error) => {
  await using gateway = await steered({});
  const reply = await fetch(`${gateway.gateway.adminUrl}${path}`, {method, ...init});
  expect([reply.status, await reply.json()]).toEqual([status, {error}]);
});

test.each(['{"route', '/%zz'])('what is no JSON, and what is no path (%s), has the same shape', async wrong => {
  await using gateway = await steered({});
  const path = wrong.startsWith('/') ? wrong : '/route';
  const reply = await fetch(`${gateway.gateway.adminUrl}${path}`, {method: 'PUT', headers: json, body: wrong});
  expect([reply.status, await reply.json()]).toEqual([400, {error: expect.any(String)}]);
});

test('a caller of the service is told in words what a field must be', async () => {
  await using gateway = await steered({});
  const error = async (path: string, body: object) => {
    const reply = await fetch(gateway.url + path, {method: 'POST', headers: json, body: JSON.stringify(body)});
    return [reply.status, ((await reply.json()) as {error: string}).error];
  };
  expect(await error('/embed', {})).toEqual([400, 'texts: must be a list of texts']);
  expect(await error('/embed', {texts: []})).toEqual([400, 'texts: is empty']);
  expect(await error('/embed', {texts: ['a', 1]})).toEqual([400, 'texts.1: must be a text']);
  expect(await error('/embed', [])).toEqual([400, 'The body must be a JSON object']);
  expect(await error('/rerank', {query: 'q', documents: ['a'], top_n: -1})).toEqual([400, 'top_n: must be 0 or more']);
  expect(await error('/chat', {messages: [{role: 'user', content: 'a'}], stream: 1})).toEqual([
    ...[400, 'stream: must be true or false'],
  ]);
  expect(await error('/chat', {messages: ['a']})).toEqual([400, 'messages.0: must be a JSON object']);
});
