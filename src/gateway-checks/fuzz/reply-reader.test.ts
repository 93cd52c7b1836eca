import {expect, test} from 'vitest';
import {ReplyReader} from './reply-reader.ts';

const three = Buffer.from(
  'HTTP/1.1 100 Continue\r\n\r\n' +
    'HTTP/1.1 400 Bad Request\r\nX-Request-Id: a\r\ncontent-length: 2\r\n\r\n{}' +
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n',
);

test('replies are read the same wherever their bytes are cut', () => {
  for (let cut = 0; cut <= three.length; cut += 1) {
    const reader = new ReplyReader(false);
    reader.feed(three.subarray(0, cut));
    reader.feed(three.subarray(cut));
    expect(reader.unfinished).toBe(0);
    expect(reader.replies.map(({status, body, keepsAlive}) => [status, body.toString(), keepsAlive])).toEqual([
      [400, '{}', true],
      [200, 'abcd', false],
    ]);
    expect(reader.replies[0]?.headers['x-request-id']).toBe('a');
  }
});

test('what is no reply is an error, and a reply to HEAD has no body', () => {
  expect(() => new ReplyReader(false).feed(Buffer.from('{"a":1}\r\n\r\n'))).toThrow('no status line');
  const head = new ReplyReader(true);
  head.feed(Buffer.from('HTTP/1.1 404 Not Found\r\ncontent-length: 9\r\n\r\n'));
  expect(head.replies).toHaveLength(1);
});
