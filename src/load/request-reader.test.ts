import {expect, test} from 'vitest';
import {type ReadRequest, RequestReader} from './request-reader.ts';

const two = Buffer.from(
  'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nX-Request-Id: chat-7\r\nContent-Length: 5\r\n\r\nhello' +
    'GET /truth HTTP/1.1\r\n\r\n',
);

test('requests are read the same wherever their bytes are cut', () => {
  for (let cut = 0; cut <= two.length; cut += 1) {
    const requests: ReadRequest[] = [];
    const reader = new RequestReader(request => requests.push(request));
    reader.feed(two.subarray(0, cut));
    reader.feed(two.subarray(cut));
    expect(requests).toEqual([
      {method: 'POST', path: '/v1/chat/completions', id: 'chat-7'},
      {method: 'GET', path: '/truth', id: ''},
    ]);
  }
});
