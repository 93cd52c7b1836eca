import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {Ajv2020} from 'ajv/dist/2020.js';
import {describe, expect, test} from 'vitest';
import {projectRoot} from '../root.ts';
import {type Bodies, readBody} from './bodies.ts';
import {openapi} from './openapi.ts';
import {refusalStatuses} from './refusal.ts';

const official = JSON.parse(readFileSync(join(projectRoot, 'fixtures', 'openapi', 'schema-3.1.json'), 'utf8'));
const ajv = new Ajv2020({
  strict: false,
  formats: {email: true, uri: true, 'uri-reference': true, 'media-range': true, regex: true},
});
const validDocument = ajv.compile(official);

describe('the OpenAPI document', () => {
  test('is one, by the official schema of OpenAPI 3.1', () => {
    validDocument(openapi());
    expect(validDocument.errors).toBeNull();
  });

  test('would not pass with a response that nobody described', () => {
    const {description: _, ...undescribed} = openapi().paths['/health']?.get?.responses[200] ?? {};
    const spoilt = {...openapi(), paths: {'/health': {get: {responses: {200: undescribed}}}}};
    expect(validDocument(spoilt)).toBe(false);
  });

  test('names every refusal of the service with its status, but for those of no operation', () => {
    const told = Object.values(openapi().paths).flatMap(({post}) =>
      Object.entries(post?.responses ?? {}).flatMap(([status, {content}]) => {
        const schema = content['application/json']?.schema as {properties?: {code?: {enum: string[]}}} | undefined;
        return (schema?.properties?.code?.enum ?? []).map(code => `${code} ${status}`);
      }),
    );
    const all = Object.entries(refusalStatuses).map(([code, status]) => `${code} ${status}`);
    expect(new Set(told)).toEqual(new Set(all.filter(one => !/^(unknown_path|wrong_method) /.test(one))));
  });
});

describe('what it says of a body is what the service does with it', () => {
  const {schemas} = openapi().components;
  const messages = [{role: 'user', content: ''}];
  test.each([
    ['embed', {texts: ['a']}, true],
    ['embed', {texts: ['a'], model: null, other: 1}, true],
    ['embed', {texts: []}, false],
    ['embed', {texts: [' \n']}, false],
    ['embed', {texts: 'a'}, false],
    ['embed', {texts: Array(10_000).fill('a')}, true],
    ['embed', {texts: Array(10_001).fill('a')}, false],
    ['rerank', {query: 'q', documents: Array(10_001).fill('a')}, false],
    ['chat', {messages: Array(10_001).fill(messages[0])}, false],
    ['rerank', {query: 'q', documents: ['a'], top_n: 0}, true],
    ['rerank', {query: 'q', documents: ['a'], top_n: 1.5}, false],
    ['rerank', {documents: ['a']}, false],
    ['chat', {messages, max_tokens: 1, temperature: 0}, true],
    ['chat', {messages, max_tokens: null}, false],
    ['chat', {messages: [{role: 'user'}]}, false],
    ['chat', {messages, temperature: -0.1}, false],
  ] as const)('%s %.60j: %s', (kind, body, right) => {
    const taken = () => readBody(kind as keyof Bodies, body);
    expect(ajv.compile(schemas[kind] as object)(body)).toBe(right);
    if (right) expect(taken()).toBeDefined();
    else expect(taken).toThrow();
  });
});
