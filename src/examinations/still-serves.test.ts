import {expect, test} from 'vitest';
import {vllm} from '../engines/vllm.ts';
import {reply, startTestServer} from '../load/test-server.ts';
import {freePort} from '../runtimes/free-port.ts';
import {whyGone} from './still-serves.ts';

const never = new AbortController().signal;

test('a server whose health is good twice running is there, also where it was not at first', async () => {
  const statuses = [200, 503, 200, 200];
  await using server = await startTestServer(({socket}) => socket.end(reply('', {status: statuses.shift() ?? 500})));
  expect(await whyGone(vllm, server, never)).toBeNull();
  expect(statuses).toEqual([]);
});

test('a server that refuses connections, or says for seconds that it is not well, is gone', async () => {
  await using server = await startTestServer(({socket}) => socket.end(reply('', {status: 503})));
  const port = await freePort();
  expect(
    await Promise.all([whyGone(vllm, server, never), whyGone(vllm, {url: `http://127.0.0.1:${port}`}, never)]),
  ).toEqual(['/health: it answered 503', `/health: connect ECONNREFUSED 127.0.0.1:${port}`]);
});
