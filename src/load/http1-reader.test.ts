import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {MalformedReply} from './http1-head.ts';
import {Http1Reader, maxHeadBytes} from './http1-reader.ts';

const handlersOf = () => {
  const seen = {heads: [] as [number, number][], body: ''};
  return {
    seen,
    handlers: {
      onSent() {},
      onHead: (status: number, atMs: number) => seen.heads.push([status, atMs]),
      onBytes(buffer: Buffer, start: number, end: number) {
        seen.body += buffer.toString('latin1', start, end);
      },
      onEnd() {},
      onError() {},
    },
  };
};

/** Reads arrive at 1, 2, 3 … ms; `left` counts the bytes that stand behind the reply. */
const read = (pieces: readonly (string | Buffer)[], ends = false) => {
  const {seen, handlers} = handlersOf();
  const reader = new Http1Reader();
  reader.begin(handlers);
  let left = 0;
  for (const [index, piece] of pieces.entries()) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece;
    left += bytes.length - reader.read(bytes, bytes.length, index + 1);
  }
  const closed = ends && reader.close();
  return {...seen, left, closed, complete: reader.complete, keepAlive: reader.keepAlive};
};

const head = (headers: string, status = '200 OK', version = '1.1') => `HTTP/${version} ${status}\r\n${headers}\r\n`;
const chunked = head('transfer-encoding: chunked\r\n');

const replies = {
  'with a length': [`${head('Content-Length: 5\r\n')}hello`, 200, 'hello'],
  'without a body': [head('content-length: 0\r\n'), 200, ''],
  'with no content': [head('', '204 No Content'), 204, ''],
  'without a reason': [`${head('content-length: 1\r\n', '200')}x`, 200, 'x'],
  'in chunks': [`${chunked}5\r\nhello\r\n00A\r\n, world 10\r\n0\r\n\r\n`, 200, 'hello, world 10'],
  'in chunks with notes': [`${chunked}2;a="b"\r\nhi\r\n1 \r\n!\r\n0;z\r\n\r\n`, 200, 'hi!'],
  'in chunks with a trailer': [`${chunked}2\r\nhi\r\n0\r\nx-sum: 1\r\ny: 2\r\n\r\n`, 200, 'hi'],
  'in chunks that hold line ends': [`${chunked}4\r\n\r\n\r\n\r\n0\r\n\r\n`, 200, '\r\n\r\n'],
  'after a 100 and a 103': [
    `${head('', '100 Continue')}${head('link: x\r\n', '103 Early Hints')}${head('content-length: 2\r\n', '500 No')}no`,
    500,
    'no',
  ],
} as const;

describe.each(Object.entries(replies))('a reply %s', (_, [text, status, body]) => {
  test('is read from one piece, and from two wherever the cut is', () => {
    for (let cut = 0; cut < text.length; cut += 1) {
      const {heads, ...reply} = read([text.slice(0, cut), text.slice(cut)]);
      expect(reply).toMatchObject({body, complete: true, left: 0});
      expect(heads.map(([code]) => code)).toEqual([status]);
    }
  });

  test('is read byte by byte', () => {
    expect(read([...text])).toMatchObject({body, complete: true, left: 0});
  });

  test('ends with its last byte', () => {
    expect(read([text.slice(0, -1)]).complete).toBe(false);
    expect(read([`${text}HTTP`])).toMatchObject({body, complete: true, left: 4});
  });
});

test('the head has the stamp of its first byte', () => {
  expect(read([head('', '100 Continue'), 'HTTP', '/1.1 200 OK\r\n', 'content-length: 1\r\n\r\n', 'x']).heads).toEqual([
    [200, 2],
  ]);
});

test('a body without a length ends with the connection, which is the only thing that ends it', () => {
  expect(read([head(''), 'hel', 'lo'], true)).toMatchObject({body: 'hello', closed: true, keepAlive: false});
  expect(read([head(''), 'hel', 'lo']).complete).toBe(false);
  expect(read([chunked, '5\r\nhel'], true).closed).toBe(false);
});

test.each([
  ['1.1', '', true],
  ['1.1', 'connection: close\r\n', false],
  ['1.1', 'Connection: foo, Close\r\n', false],
  ['1.0', '', false],
  ['1.0', 'connection: keep-alive\r\n', true],
] as const)('HTTP/%s with "%s" keeps the connection: %s', (version, header, keeps) => {
  expect(read([head(`${header}content-length: 0\r\n`, '200 OK', version)]).keepAlive).toBe(keeps);
});

const line = 'x-more: and more\r\n';

test.each([
  ['another protocol, at once', 'SSH-2.0-OpenSSH_9.6'],
  ['one byte that is not an H', 'h'],
  ['a status line with two spaces', 'HTTP/1.1  200 OK\r\n\r\n'],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
  ['another version', 'HTTP/1.2 200 OK\r\n\r\n'],
  ['a switch of protocols', head('upgrade: x\r\n', '101 Switching')],
  ['a header without a colon', head('no header\r\n')],
  ['a header with a space before the colon', head('content-length : 5\r\n')],
  ['a folded header', head('x: a\r\n b\r\n')],
  ['a header with a control character', head('x: a\0b\r\n')],
  ['a bare line feed', head('x: a\ny: b\r\n')],
  ['a head of bare line feeds', 'HTTP/1.1 200 OK\ncontent-length: 2\n\nhi'],
  ['a trailer of bare line feeds', `${chunked}0\r\nx: 1\n\n`],
  ['a length below zero', head('content-length: -1\r\n')],
  ['a length in hexadecimal', head('content-length: 0x10\r\n')],
  ['a length that no file has', head(`content-length: ${'9'.repeat(16)}\r\n`)],
  ['two lengths', head('content-length: 1\r\ncontent-length: 2\r\n')],
  ['a length beside chunks', head('content-length: 1\r\ntransfer-encoding: chunked\r\n')],
  ['a compressed body', head('transfer-encoding: gzip, chunked\r\n')],
  ['chunks in chunks', head('transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n')],
  ['chunks before HTTP/1.1', head('transfer-encoding: chunked\r\n', '200 OK', '1.0')],
  ['an endless head', `HTTP/1.1 200 OK\r\n${line.repeat(1 + maxHeadBytes / line.length)}`],
  ['an endless row of 1xx', head('', '100 Continue').repeat(3000)],
  ['a chunk without a size', `${chunked}\r\n`],
  ['a chunk with a word for a size', `${chunked}what?\r\n`],
  ['a chunk below zero', `${chunked}-1\r\n`],
  ['a chunk that no server sends', `${chunked}ffffffff\r\n`],
  ['a size of many zeros', `${chunked}${'0'.repeat(20)}`],
  ['a size that ends with a bare line feed', `${chunked}5\nhello\r\n`],
  ['a size that ends with half a line end', `${chunked}5\rhello\r\n`],
  ['an endless note', `${chunked}5;${'x'.repeat(5000)}`],
  ['a control character in a note', `${chunked}5;\0`],
  ['a chunk that is longer than its size', `${chunked}2\r\nhello\r\n`],
  ['an endless trailer', `${chunked}0\r\n${line.repeat(1 + maxHeadBytes / line.length)}`],
])('a reply with %s is malformed, in one piece or in many', (_, text) => {
  expect(() => read([text])).toThrow(MalformedReply);
  expect(() => read([...text])).toThrow(MalformedReply);
});

test('a connection reads one reply after another', () => {
  const reader = new Http1Reader();
  for (const [text, , body] of Object.values(replies)) {
    const {seen, handlers} = handlersOf();
    reader.begin(handlers);
    expect(reader.begun).toBe(false);
    reader.read(Buffer.from(text), text.length, 1);
    expect(reader).toMatchObject({begun: true, complete: true});
    expect(seen.body).toBe(body);
  }
});

test('nobody hears of a reply that was abandoned in the middle of a read', () => {
  const {seen, handlers} = handlersOf();
  const reader = new Http1Reader();
  reader.begin({
    ...handlers,
    onBytes(buffer, start, end) {
      handlers.onBytes(buffer, start, end);
      reader.abandon();
    },
  });
  const bytes = Buffer.from(`${chunked}1\r\na\r\n1\r\nb\r\n`);
  reader.read(bytes, bytes.length, 1);
  expect(seen.body).toBe('a');
});

test('any bytes in any pieces are a reply, the beginning of one, or malformed, and the same in every cut', () => {
  const part = fc.oneof(
    fc.constantFrom('HTTP/1.1 200 OK\r\n', 'content-length: 3\r\n', 'transfer-encoding: chunked\r\n', '\r\n', '3\r\n'),
    fc.constantFrom('abc', '0\r\n\r\n', '\r', '\n', 'HTTP/1.1 100 C\r\n\r\n', 'connection: close\r\n', ';', ' '),
    fc.string({maxLength: 3}),
  );
  const outcome = (pieces: readonly Buffer[]) => {
    try {
      const {body, complete, heads, left} = read(pieces, false);
      return {body, complete, left, status: heads[0]?.[0]};
    } catch (thrown) {
      if (!(thrown instanceof MalformedReply)) throw thrown;
      return 'malformed';
    }
  };
  fc.assert(
    fc.property(fc.array(part, {maxLength: 12}), fc.array(fc.nat(), {maxLength: 5}), (parts, cuts) => {
      const bytes = Buffer.from(`HTTP/1.1 200 OK\r\n${parts.join('')}`, 'latin1');
      const at = [0, ...cuts.map(cut => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
      const whole = outcome([bytes]);
      expect(outcome(at.slice(1).map((end, index) => bytes.subarray(at[index], end)))).toEqual(whole);
    }),
    {numRuns: 2000},
  );
});
