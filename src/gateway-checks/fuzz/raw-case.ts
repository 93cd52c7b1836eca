import fc from 'fast-check';
import {type Expected, type FuzzCase, requestBytes} from './case.ts';

const host = 'host: gateway';
const json = 'content-type: application/json';
const body = Buffer.from('{"texts":["a"]}');
const good = [host, json, `content-length: ${body.length}`];

const alone = {method: 'POST', path: null, id: null, pauseMs: 0, replies: null, ending: 'half-close'} as const;
const raw = (name: string, bytes: Buffer | string, expected: Expected = 'whole'): FuzzCase => ({
  ...alone,
  name,
  pieces: [Buffer.from(bytes as string, 'latin1')],
  expected,
});
const post = (name: string, headers: readonly string[], sent: Uint8Array = body, expected: Expected = 'whole') =>
  raw(name, requestBytes('POST', '/embed', headers, sent), expected);
const chunked = [host, json, 'transfer-encoding: chunked'];

/** Heads that are no HTTP, or HTTP of another kind. */
const heads: readonly FuzzCase[] = [
  post('no host', good.slice(1)),
  post('two hosts', [host, ...good]),
  post('two ids', [...good, 'x-request-id: a', 'x-request-id: b']),
  post('id too long', [...good, `x-request-id: ${'a'.repeat(200)}`]),
  post('id of other letters', [...good, 'x-request-id: \u00e9\u00e9 <script>']),
  post('two lengths', [...good, 'content-length: 3']),
  post('length and chunks', [...good, 'transfer-encoding: chunked']),
  post('length below zero', [host, json, 'content-length: -1']),
  post('length of letters', [host, json, 'content-length: a']),
  post('length beyond everything', [host, json, 'content-length: 99999999999999999999']),
  post('length over the limit', [host, json, 'content-length: 1000000000']),
  post('long header', [...good, `x-long: ${'a'.repeat(20_000)}`], body, 'refused'),
  post('many headers', [...good, ...Array.from({length: 3000}, (_, index) => `x-${index}: a`)]),
  post('folded header', [...good, 'x-a: b\r\n c']),
  post('blank before the colon', [...good, 'x-a : b']),
  post('NUL in a header', [...good, 'x-a: b\0c']),
  post('transfer-encoding of another name', [host, json, 'transfer-encoding: gzip']),
  post('expects to go on', [...good, 'expect: 100-continue']),
  post('expects something else', [...good, 'expect: tea']),
  post('upgrade', [...good, 'connection: upgrade', 'upgrade: websocket', 'sec-websocket-key: a']),
  post('upgrade to h2c', [
    ...good,
    'connection: Upgrade, HTTP2-Settings',
    'upgrade: h2c',
    'http2-settings: AAMAAABkAAQ',
  ]),
  raw('long target', requestBytes('POST', `/${'a'.repeat(20_000)}`, good, body)),
  raw(
    'HTTP/1.0',
    Buffer.concat([
      Buffer.from('POST /embed HTTP/1.0\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n'),
      body,
    ]),
  ),
  raw('letters in the target', 'GET /\u00fc HTTP/1.1\r\nhost: a\r\n\r\n'),
  raw('HTTP/0.9', 'GET /health\r\n'),
  raw('HTTP/9.9', 'GET /health HTTP/9.9\r\nhost: a\r\n\r\n'),
  raw('HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  raw('TLS', Buffer.from('16030100c8010000c40303', 'hex')),
  raw('connect', 'CONNECT other:443 HTTP/1.1\r\nhost: other:443\r\n\r\n'),
  raw('bare line feeds', 'GET /health HTTP/1.1\nhost: a\n\n'),
  raw('empty lines first', '\r\n\r\nGET /health HTTP/1.1\r\nhost: a\r\n\r\n'),
  raw('lower-case method', 'get /health HTTP/1.1\r\nhost: a\r\n\r\n'),
  raw('unknown method', 'BREW /chat HTTP/1.1\r\nhost: a\r\n\r\n'),
];

const chunkedBody = (text: string) => Buffer.from(text, 'latin1');
const chunks: readonly FuzzCase[] = [
  post('chunks', chunked, chunkedBody('f\r\n{"texts":["a"]}\r\n0\r\n\r\n'), 'taken'),
  post(
    'chunks of one byte',
    chunked,
    chunkedBody(`${[...'{"texts":["a"]}'].map(letter => `1\r\n${letter}\r\n`).join('')}0\r\n\r\n`),
  ),
  post('chunks cut off', chunked, chunkedBody('f\r\n{"texts"')),
  post('chunks without an end', chunked, chunkedBody('f\r\n{"texts":["a"]}\r\n')),
  post('chunk size of letters', chunked, chunkedBody('zz\r\n{}\r\n0\r\n\r\n')),
  post('chunk size beyond everything', chunked, chunkedBody('ffffffffffffffffff\r\n{}')),
  post('chunk size too small', chunked, chunkedBody('2\r\n{"texts":["a"]}\r\n0\r\n\r\n')),
  post('long chunk extension', chunked, chunkedBody(`2;${'a'.repeat(30_000)}\r\n{}\r\n0\r\n\r\n`)),
  post('trailers', chunked, chunkedBody('f\r\n{"texts":["a"]}\r\n0\r\nx-a: b\r\ncontent-length: 3\r\n\r\n')),
  post('body shorter than told', [host, json, 'content-length: 100']),
  post('body longer than told', [host, json, 'content-length: 2']),
];

const pipelined = (name: string, ...parts: (Buffer | string)[]) =>
  raw(name, Buffer.concat(parts.map(part => Buffer.from(part as string, 'latin1'))));
const one = requestBytes('POST', '/embed', good, body);
const pipelines: readonly FuzzCase[] = [
  pipelined('three at once', one, one, one),
  pipelined('one, then noise', one, '\xff\xfe\0\0 noise\r\n\r\n'),
  pipelined(
    'a wrong one, then a right one',
    requestBytes('POST', '/embed', [host, json, 'content-length: 2'], Buffer.from('{}')),
    one,
  ),
  pipelined('twenty wrong ones', ...Array.from({length: 20}, () => requestBytes('GET', '/nowhere', [host]))),
  pipelined(
    'smuggled',
    requestBytes(
      'POST',
      '/embed',
      [host, json, 'content-length: 4', 'transfer-encoding : chunked'],
      Buffer.from('0\r\n\r\n'),
    ),
    one,
  ),
];

const noise = fc.uint8Array({minLength: 1, maxLength: 400}).map(bytes => raw('noise', Buffer.from(bytes)));

/** A right request with a byte changed, anywhere. */
const flipped = fc
  .tuple(fc.nat({max: one.length - 1}), fc.integer({min: 1, max: 255}))
  .map(([at, by]) => raw('a byte changed', Buffer.from(one.map((byte, index) => (index === at ? byte ^ by : byte)))));

/** A right request that is cut off, in pieces that come slowly; its connection is closed or reset. */
const slow = fc
  .record({
    cutAt: fc.integer({min: 1, max: one.length}),
    parts: fc.integer({min: 1, max: 4}),
    reset: fc.boolean(),
    pauseMs: fc.integer({min: 0, max: 20}),
  })
  .map(({cutAt, parts, reset, pauseMs}): FuzzCase => {
    const size = Math.ceil(cutAt / parts);
    const pieces = Array.from({length: parts}, (_, index) =>
      one.subarray(index * size, Math.min(cutAt, (index + 1) * size)),
    );
    const rest = {
      pieces: pieces.filter(({length}) => length > 0),
      pauseMs,
      ending: reset ? 'reset' : 'half-close',
    } as const;
    return {...alone, name: reset ? 'slow, then reset' : 'slow, then closed', ...rest, expected: 'whole'};
  });

/** A stream or an answer that nobody reads: the caller is gone when it comes. */
const gone = fc.boolean().map((stream): FuzzCase => {
  const chat = Buffer.from(JSON.stringify({messages: [{role: 'user', content: 'a'}], max_tokens: 8, stream}));
  const sent = requestBytes('POST', '/chat', [host, json, `content-length: ${chat.length}`], chat);
  return {...alone, name: 'gone before the answer', pieces: [sent], ending: 'reset', expected: 'whole'};
});

/** Noise while an answer is being written. */
const interrupting = fc.uint8Array({minLength: 1, maxLength: 40}).map((bytes): FuzzCase => {
  const chat = Buffer.from(JSON.stringify({messages: [{role: 'user', content: 'a'}], max_tokens: 3000, stream: true}));
  const sent = requestBytes('POST', '/chat', [host, json, `content-length: ${chat.length}`], chat);
  return {
    ...alone,
    name: 'noise during a stream',
    pieces: [sent, Buffer.from(bytes)],
    pauseMs: 20,
    ending: 'reset',
    expected: 'whole',
  };
});

/** What only a socket can say: each case has a connection of its own. */
export const rawCases = (): fc.Arbitrary<FuzzCase> =>
  fc.oneof(
    {weight: 6, arbitrary: fc.constantFrom(...heads)},
    {weight: 3, arbitrary: fc.constantFrom(...chunks)},
    {weight: 2, arbitrary: fc.constantFrom(...pipelines)},
    {weight: 2, arbitrary: noise},
    {weight: 4, arbitrary: flipped},
    {weight: 3, arbitrary: slow},
    {weight: 1, arbitrary: gone},
    {weight: 1, arbitrary: interrupting},
  );
