import {isUtf8} from 'node:buffer';
import {Ajv2020} from 'ajv/dist/2020.js';
import fc from 'fast-check';
import type {OpenApi} from '../../gateway/openapi.ts';
import {type Expected, type FuzzCase, requestBytes} from './case.ts';
import {spoiltBody} from './spoilt-body.ts';
import {type JsonSchema, validValue} from './valid-value.ts';

/** Without bias: an id that comes twice would be taken for a request that was answered twice. */
const id = fc.noBias(fc.bigInt({min: 0n, max: 2n ** 64n - 1n})).map(bits => `fuzz:${bits.toString(36)}`);
const host = 'host: gateway';
const jsonType = 'content-type: application/json';
const framed = {pauseMs: 0, replies: 1, ending: 'half-close'} as const;

const headed = (body: Uint8Array, requestId: string, type: readonly string[] = [jsonType]) => [
  host,
  ...type,
  `content-length: ${body.length}`,
  `x-request-id: ${requestId}`,
];

/** Text that no UTF-8 can say is refused in the fields that count and ignored in others: the schema cannot tell. */
const illFormed = (value: unknown): boolean =>
  typeof value === 'string'
    ? !value.isWellFormed()
    : typeof value === 'object' && value !== null && Object.values(value).some(illFormed);

/** What the document says of these bytes, read as the contract reads them: UTF-8, then JSON, then the schema. */
const expectedOf = (body: Buffer, matches: (value: unknown) => boolean): Expected => {
  if (!isUtf8(body)) return 'invalid';
  try {
    const value: unknown = JSON.parse(body.toString().replace(/^\ufeff/, ''));
    if (!matches(value)) return 'invalid';
    return illFormed(value) ? 'whole' : 'taken';
  } catch {
    return 'invalid';
  }
};

/** Other content types, none, several. RFC 9110 has names without case, and parameters. */
const types: readonly (readonly [string[], Expected])[] = [
  [[], 'refused'],
  [['content-type: text/plain'], 'refused'],
  [['content-type: '], 'refused'],
  [['content-type: application/jsonx'], 'refused'],
  [['content-type: application/json, text/plain'], 'refused'],
  [['content-type: multipart/form-data; boundary=x'], 'refused'],
  [['content-type: \u00ff/\u00ff'], 'refused'],
  [['content-type: application/json;charset=utf-16'], 'whole'],
  [['content-type: application/json;;;'], 'whole'],
  [['content-type: APPLICATION/JSON; charset="UTF-8"'], 'taken'],
  [[jsonType, 'content-type: text/plain'], 'whole'],
  [[jsonType, 'content-encoding: gzip'], 'whole'],
];

const methods = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY'];
const targets = [
  ...['/', '//chat', '/chat/', '/CHAT', '/%63hat', '/%zz', '/chat%00', '/chat;a', '/../chat', '/chat/../../etc/passwd'],
  ...[
    '/__proto__',
    '/constructor',
    '/metrics',
    '/state',
    '/route',
    '*',
    'http://other/nowhere',

    `/${'a'.repeat(8000)}`,
  ],
];

/** Requests of good form, one reply each, on connections that stay open: bodies, types, methods and paths of all kinds. */
export const framedCases = ({paths, components}: OpenApi): fc.Arbitrary<FuzzCase> => {
  const ajv = new Ajv2020({strict: false, strictNumbers: true});
  const operations = Object.entries(components.schemas).map(([kind, schema]) => ({
    path: `/${kind}`,
    valid: validValue(schema as JsonSchema),
    matches: ajv.compile(schema),
  }));
  const posts = fc.constantFrom(...operations);

  const right = fc.tuple(posts, id).chain(([{path, valid, matches}, requestId]) =>
    valid.map((value): FuzzCase => {
      const body = Buffer.from(JSON.stringify(value));
      const pieces = [requestBytes('POST', path, headed(body, requestId), body)];
      return {
        name: 'right',
        method: 'POST',
        path,
        id: requestId,
        pieces,
        ...framed,
        expected: expectedOf(body, matches),
      };
    }),
  );
  const spoilt = fc.tuple(posts, id).chain(([{path, valid, matches}, requestId]) =>
    spoiltBody(valid).map((body): FuzzCase => {
      const pieces = [requestBytes('POST', path, headed(body, requestId), body)];
      return {
        name: 'body',
        method: 'POST',
        path,
        id: requestId,
        pieces,
        ...framed,
        expected: expectedOf(body, matches),
      };
    }),
  );
  const typed = fc.tuple(posts, id, fc.constantFrom(...types)).chain(([{path, valid}, requestId, [type, expected]]) =>
    valid.map((value): FuzzCase => {
      const body = Buffer.from(JSON.stringify(value));
      const pieces = [requestBytes('POST', path, headed(body, requestId, type), body)];
      return {name: 'type', method: 'POST', path, id: requestId, pieces, ...framed, expected};
    }),
  );
  const without = fc.tuple(posts, id, fc.boolean()).map(([{path}, requestId, typed]): FuzzCase => {
    const headers = [host, ...(typed ? [jsonType] : []), `x-request-id: ${requestId}`];
    const pieces = [requestBytes('POST', path, headers)];
    return {name: 'no body', method: 'POST', path, id: requestId, pieces, ...framed, expected: 'refused'};
  });
  const wrongMethod = fc
    .tuple(fc.constantFrom(...methods), fc.constantFrom(...Object.keys(paths)), id, fc.boolean())
    .map(([method, path, requestId, withBody]): FuzzCase => {
      const body = Buffer.from(withBody ? '{"a":1}' : '');
      const pieces = [
        requestBytes(method, path, withBody ? headed(body, requestId) : [host, `x-request-id: ${requestId}`], body),
      ];
      // GET and HEAD are right where there is a page.
      return {name: 'method', method, path, id: requestId, pieces, ...framed, expected: 'whole'};
    });
  const wrongTarget = fc
    .tuple(fc.constantFrom(...targets), fc.constantFrom('GET', 'POST'), id)
    .map(([target, method, requestId]): FuzzCase => {
      const body = Buffer.from('{}');
      const pieces = [requestBytes(method, target, headed(body, requestId), body)];
      return {name: 'path', method, path: null, id: requestId, pieces, ...framed, expected: 'whole'};
    });
  return fc.oneof(
    {weight: 1, arbitrary: right},
    {weight: 20, arbitrary: spoilt},
    {weight: 2, arbitrary: typed},
    {weight: 1, arbitrary: without},
    {weight: 1, arbitrary: wrongMethod},
    {weight: 1, arbitrary: wrongTarget},
  );
};
