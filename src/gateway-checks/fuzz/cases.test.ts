import {Ajv2020} from 'ajv/dist/2020.js';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {openapi} from '../../gateway/openapi.ts';
import type {FuzzCase} from './case.ts';
import {framedCases} from './framed-case.ts';
import {judgeBy} from './judge.ts';
import {type JsonSchema, validValue} from './valid-value.ts';

describe('cases are drawn from the document', () => {
  test.each(Object.entries(openapi().components.schemas))('%s: what is drawn as right is right', (_, schema) => {
    const matches = new Ajv2020({strict: false}).compile(schema);
    fc.assert(fc.property(validValue(schema as JsonSchema), value => matches(value)));
  });

  test('most are wrong, and the document says which', () => {
    const drawn = fc.sample(framedCases(openapi()), {seed: 1, numRuns: 500});
    const share = (expected: FuzzCase['expected']) =>
      drawn.filter(one => one.expected === expected).length / drawn.length;
    expect(share('invalid')).toBeGreaterThan(0.4);
    expect(share('taken')).toBeGreaterThan(0.02);
    expect(new Set(drawn.map(({name}) => name))).toEqual(
      new Set(['right', 'body', 'type', 'no body', 'method', 'path']),
    );
  });
});

describe('a reply', () => {
  const judge = judgeBy(openapi());
  const played: FuzzCase = {
    ...{name: 'body', method: 'POST', path: '/embed', id: 'a', pieces: [], pauseMs: 0, replies: 1},
    ...{ending: 'half-close', expected: 'invalid'},
  };
  const reply = (status: number, body: object, headers = {}) => ({
    status,
    headers: {'x-request-id': 'a', 'content-type': 'application/json; charset=utf-8', ...headers},
    body: Buffer.from(JSON.stringify(body)),
    keepsAlive: true,
  });
  const refused = {error: 'texts: is empty', code: 'invalid', field: 'texts'};

  test.each([
    ['as the contract says', reply(400, refused), null],
    ['of another id', reply(400, refused, {'x-request-id': 'b'}), '400: its id is b, not a'],
    [
      'that is a failure of the service',
      reply(500, {...refused, code: 'internal'}),
      '500: it is the service that fails',
    ],
    ['that takes what is wrong', reply(200, {embeddings: [], model: 'm', usage: {}}), '200: invalid was expected'],
    ['with a field too many', reply(400, {...refused, more: 1}), '400: it has the fields error, code, field, more'],
    ['whose code has another status', reply(404, refused), '404: its code is invalid'],
    ['that advises nothing', reply(503, {...refused, code: 'switching'}), '503: no retry-after'],
    [
      'of a type that nobody told of',
      reply(400, refused, {'content-type': 'text/html'}),
      '400: the document has no text/html for it',
    ],
  ])('%s', (_, came, problem) => {
    expect(judge(played, came)).toBe(problem);
  });
});
