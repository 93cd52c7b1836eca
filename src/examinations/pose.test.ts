import {describe, expect, test} from 'vitest';
import {CutoverError} from '../errors.ts';
import {reply, startTestServer} from '../load/test-server.ts';
import {pose, type Question, toldBody} from './pose.ts';

const question = (changes: Partial<Question>): Question => ({
  id: 'text-0',
  pass: 1,
  about: 'embed',
  method: 'POST',
  origin: 'http://127.0.0.1:9',
  path: '/v1/embeddings',
  contentType: 'application/json',
  body: '{"input":"a"}',
  ...changes,
});
const patience = {timeoutMs: 10_000, signal: new AbortController().signal};

describe('pose', () => {
  test('makes an answer of a reply, whatever its status, with what is kept of it', async () => {
    await using server = await startTestServer(({socket}) => socket.end(reply('no', {status: 418})));
    const answer = await pose(question({origin: server.url}), patience, given => given?.body.length);
    expect(answer).toMatchObject({
      id: 'text-0',
      pass: 1,
      about: 'embed',
      request: {
        method: 'POST',
        path: '/v1/embeddings',
        contentType: 'application/json',
        body: '{"input":"a"}',
        bytes: 13,
      },
      status: 418,
      failure: null,
      reply: 2,
    });
    expect(server.received[0]).toMatchObject({body: '{"input":"a"}', headers: {'content-type': 'application/json'}});
  });

  test('makes an answer of no reply, with the reason', async () => {
    const answer = await pose(question({}), patience, given => given);
    expect(answer).toMatchObject({status: null, failure: 'connect ECONNREFUSED 127.0.0.1:9', reply: null});
  });

  test('throws the reason of its signal', async () => {
    const abort = new AbortController();
    const reason = new Error('interrupted');
    await using server = await startTestServer(() => abort.abort(reason));
    const asked = pose(question({origin: server.url}), {timeoutMs: 10_000, signal: abort.signal}, () => null);
    await expect(asked).rejects.toBe(reason);
  });

  test('makes an answer of a question that the engine died of, and asks no other', async () => {
    const abort = new AbortController();
    const died = new CutoverError('ENGINE_DIED', 'it was ended by SIGKILL');
    await using server = await startTestServer(() => abort.abort(died));
    const patience = {timeoutMs: 10_000, signal: abort.signal};
    const asked = () => pose(question({origin: server.url}), patience, () => null);
    expect(await asked()).toMatchObject({status: null, failure: 'it was ended by SIGKILL'});
    await expect(asked()).rejects.toBe(died);
    expect(server.received).toHaveLength(1);
  });
});

test('bodies are told as text, and in words where that would be too long or no text', () => {
  expect(toldBody(null)).toBeNull();
  expect(toldBody(Buffer.from('é'))).toBe('é');
  expect(toldBody(Uint8Array.of(0xff, 0xfe))).toBe('(2 bytes that are not UTF-8)');
  expect(toldBody('a'.repeat(4096))).toHaveLength(4096);
  expect(toldBody('a'.repeat(4097))).toBe(`(4097 characters, beginning with ${'a'.repeat(200)})`);
});
