import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {ServerFacts} from '../engines/engine.ts';
import {engines} from '../engines/index.ts';
import {untoldFacts} from '../engines/untold-facts.ts';
import {ChatStream, StreamMemory} from './chat-stream.ts';
import {done, event, finish, token, usage} from './test-server.ts';

const cacheReport: ServerFacts = {...untoldFacts, reportsCachedTokens: true};

/** Reads arrive at 10, 20, 30 … ms. */
const readStream = (reads: readonly (string | Buffer)[], engine = engines.vllm, facts = untoldFacts) => {
  const stream = new ChatStream(engine, facts, new StreamMemory());
  for (const [index, read] of reads.entries()) {
    const bytes = Buffer.from(read);
    stream.feed(bytes, 0, bytes.length, (index + 1) * 10);
  }
  return stream;
};

const delta = (fields: object, rest: object = {}) => event({choices: [{index: 0, delta: fields, ...rest}]});
const counted = (content: string, completion_tokens: number) =>
  event({choices: [{index: 0, delta: {content}}], usage: {prompt_tokens: 7, completion_tokens}});

test('what one stream has learned serves the next: its events are known by their bytes from the first on', () => {
  const memory = new StreamMemory();
  const read = (...events: readonly string[]) => {
    const stream = new ChatStream(engines.vllm, untoldFacts, memory);
    for (const [index, one] of events.entries()) stream.feed(Buffer.from(one), 0, one.length, (index + 1) * 10);
    return stream;
  };
  read(token('a'), token('b'), finish, done);
  const learned = memory.template;
  const next = read(token('c'), token('d'), finish, done);
  expect([next.firstChunkMs, next.tokenEventsMs, next.failure()]).toEqual([10, [10, 20], null]);
  expect(memory.template).toBe(learned);
  expect(learned).not.toBeNull();
});

test('streams that run at once and differ in their ids keep a template each', () => {
  const memory = new StreamMemory();
  const streams = ['x', 'y'].map(id => ({id, stream: new ChatStream(engines.vllm, untoldFacts, memory)}));
  for (let index = 1; index <= 40; index += 1)
    for (const {id, stream} of streams) {
      const bytes = Buffer.from(event({id, choices: [{index: 0, delta: {content: `t${index}`}}]}));
      stream.feed(bytes, 0, bytes.length, index);
    }
  for (const {stream} of streams) expect(stream.tokenEventsMs).toHaveLength(40);
});

describe('the first token', () => {
  test('is not the empty role delta before it', () => {
    const stream = readStream([delta({role: 'assistant', content: ''}), token('a'), token('b'), finish, done]);
    expect(stream.firstChunkMs).toBe(10);
    expect(stream.tokenEventsMs).toEqual([20, 30]);
    expect(stream.failure()).toBeNull();
  });

  test('is not a delta whose channels are null, nor the finish chunk', () => {
    const stream = readStream([
      delta({role: 'assistant', content: ''}),
      delta({reasoning_content: null, content: 'a'}),
      delta({reasoning_content: null}, {finish_reason: 'stop', matched_stop: 2}),
      done,
    ]);
    expect(stream.tokenEventsMs).toEqual([20]);
    expect(stream.finishReason).toBe('stop');
  });

  test.each(['content', 'reasoning', 'reasoning_content'])('may be in delta.%s', channel => {
    expect(readStream([delta({[channel]: 'a'}), delta({content: 'b'}), done]).tokenEventsMs).toEqual([10, 20]);
  });

  test('may be in the text of a completion', () => {
    expect(readStream([event({choices: [{index: 0, text: 'a'}]}), done]).tokenEventsMs).toEqual([10]);
  });

  test('may come with the finish reason', () => {
    const stream = readStream([delta({content: 'a'}, {finish_reason: 'length'}), done]);
    expect(stream.tokenEventsMs).toEqual([10]);
    expect(stream.finishReason).toBe('length');
  });

  test('shares its stamp with the others of one read', () => {
    expect(
      readStream([delta({role: 'assistant', content: ''}) + token('a') + token('b'), token('c') + finish + done]),
    ).toMatchObject({
      firstChunkMs: 10,
      tokenEventsMs: [10, 10, 20],
      done: true,
    });
  });

  test('arrives with the read that completes its event', () => {
    const text = token('é😀');
    const bytes = Buffer.from(text);
    for (let cut = 1; cut < bytes.length; cut += 1)
      expect(readStream([bytes.subarray(0, cut), bytes.subarray(cut)]).tokenEventsMs).toEqual([20]);
  });
});

describe('usage', () => {
  const chunk = (details: object) => event({choices: [], usage: {prompt_tokens: 7, completion_tokens: 2, ...details}});

  test('comes in a chunk without choices, which is no token', () => {
    const stream = readStream([token('a'), token('b'), finish, usage(2), done]);
    expect(stream.usage).toEqual({promptTokens: 7, outputTokens: 2, cachedPromptTokens: null});
    expect(stream.tokenEventsMs).toEqual([10, 20]);
  });

  test('that never came is null in every count', () => {
    expect(readStream([token('a'), finish, done]).usage).toEqual({
      promptTokens: null,
      outputTokens: null,
      cachedPromptTokens: null,
    });
  });

  test.each([
    ['0 cached tokens', {prompt_tokens_details: {cached_tokens: 0}}, 0],
    ['48 cached tokens', {prompt_tokens_details: {cached_tokens: 48}}, 48],
    ['null for the details', {prompt_tokens_details: null}, null],
    ['null for the count', {prompt_tokens_details: {cached_tokens: null}}, null],
    ['no details', {}, null],
  ])('with %s is told as it is', (_, details, cached) => {
    expect(readStream([token('a'), finish, chunk(details), done]).usage.cachedPromptTokens).toBe(cached);
  });

  test('with null details means 0 where the server is known to report what was cached', () => {
    const reads = [token('a'), finish, chunk({prompt_tokens_details: null}), done];
    expect(readStream(reads, engines.sglang, cacheReport).usage.cachedPromptTokens).toBe(0);
    expect(readStream(reads, engines.sglang, untoldFacts).usage.cachedPromptTokens).toBeNull();
  });

  test('in every event tells how many tokens each one carried', () => {
    // The role delta carries none; the third token had no text of its own, and its time is the next event's.
    const stream = readStream([
      event({
        choices: [{index: 0, delta: {role: 'assistant', content: ''}}],
        usage: {prompt_tokens: 7, completion_tokens: 0},
      }),
      counted('a', 1),
      counted('b', 3),
      event({choices: [{index: 0, delta: {content: ''}}], usage: {prompt_tokens: 7, completion_tokens: 4}}),
      counted('c', 5),
      finish,
      usage(5),
      done,
    ]);
    expect(stream.tokenEventsMs).toEqual([20, 30, 50]);
    expect(stream.tokensPerEvent).toEqual([1, 2, 2]);
    expect(stream.usage.outputTokens).toBe(5);
  });

  test('that one event with tokens lacks tells of none', () => {
    expect(readStream([counted('a', 1), token('b'), counted('c', 3), finish, done]).tokensPerEvent).toBeNull();
  });

  test('that counts backwards tells of none', () => {
    expect(readStream([counted('a', 2), counted('b', 1), finish, done]).tokensPerEvent).toBeNull();
  });

  test('only at the end tells of no event', () => {
    expect(readStream([token('a'), finish, usage(1), done]).tokensPerEvent).toBeNull();
  });
});

test('an event is not taken for one that was learned where it goes on with what came before it', () => {
  expect(readStream([token('a'), token('b'), 'event: error\n', token('c')]).failure()?.kind).toBe('error-event');
  expect(readStream([token('a'), token('b'), 'data: {\n', token('c')]).failure()?.kind).toBe('malformed');
  expect(readStream([token('a'), token('b'), ': ping ', token('c'), finish]).tokenEventsMs).toEqual([10, 20]);
});

describe('a stream is an answer', () => {
  test('with a finish reason and no [DONE]', () => expect(readStream([token('a'), finish]).failure()).toBeNull());

  test('with [DONE] and no finish reason', () => expect(readStream([token('a'), done]).failure()).toBeNull());

  test('with comments, CRLF and null errors in it', () => {
    const crlf = `: ping\n\n${event({error: null, choices: [{delta: {content: 'a'}}]})}${done}`.replaceAll(
      '\n',
      '\r\n',
    );
    expect(readStream([crlf]).failure()).toBeNull();
  });

  test('with events that are neither token nor error', () => {
    expect(readStream([event({type: 'ping'}), token('a'), done]).failure()).toBeNull();
  });
});

describe('a stream is none', () => {
  test.each([
    ['that ends after a token', [token('a')], 'disconnect'],
    ['that ends inside an event', [token('a'), 'data: {"choi'], 'disconnect'],
    ['without a token', [delta({role: 'assistant', content: ''}), finish, usage(0), done], 'empty'],
    ['without a byte', [], 'empty'],
    ['that is a web page', ['<html>\n\nSign in\n\n</html>'], 'malformed'],
    ['with an event that is not JSON', [token('a'), 'data: {"choices": [}\n\n', token('b'), finish, done], 'malformed'],
    ['with an event that is no object', [token('a'), 'data: 42\n\n', finish, done], 'malformed'],
    ['with an endless event', [token('a'), `data: "${'x'.repeat(2 ** 20)}`, finish, done], 'malformed'],
    [
      'with an error in a chunk',
      [token('a'), event({error: {message: 'out of memory', code: 500}}), done],
      'error-event',
    ],
    [
      'with a flat error',
      [token('a'), event({object: 'error', message: 'out of memory', code: 500}), done],
      'error-event',
    ],
    [
      'with an event named error',
      [token('a'), 'event: error\ndata: {"message": "out of memory"}\n\n', finish, done],
      'error-event',
    ],
  ] as const)('%s', (_, reads, kind) => expect(readStream(reads).failure()).toMatchObject({kind}));

  test.each([
    ['nested', event({error: {message: 'out of memory'}})],
    ['flat', event({object: 'error', message: 'out of memory'})],
    ['with a name', 'event: error\ndata: {"message": "out of memory"}\n\n'],
  ])('and quotes the message of an error that is %s', (_, error) => {
    expect(readStream([token('a'), error, done]).failure()?.message).toContain('out of memory');
  });

  test('and quotes what is no event', () => {
    expect(readStream(['<html>Sign in</html>\n']).failure()?.message).toContain('<html>Sign in');
  });

  test('from its first error on: what follows changes nothing', () => {
    const stream = readStream([token('a'), 'data: oops\n\n', token('b'), event({error: {message: 'late'}}), done]);
    expect(stream.failure()?.kind).toBe('malformed');
    expect(stream.tokenEventsMs).toEqual([10]);
  });
});

test('where a stream is cut into reads changes its stamps and nothing else', () => {
  const bytes = Buffer.from(
    [': ping\n\n', delta({role: 'assistant', content: ''}), counted('é', 1), counted('😀', 3), finish, usage(3), done]
      .join('')
      .replaceAll('\n', '\r\n'),
  );
  fc.assert(
    fc.property(fc.array(fc.integer({min: 0, max: bytes.length}), {maxLength: 8}), cuts => {
      const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const stream = readStream(at.slice(1).map((end, index) => bytes.subarray(at[index], end)));
      expect(stream.failure()).toBeNull();
      expect(stream.usage).toEqual({promptTokens: 7, outputTokens: 3, cachedPromptTokens: null});
      expect(stream.tokensPerEvent).toEqual([1, 2]);
      expect(stream.tokenEventsMs).toEqual(stream.tokenEventsMs.toSorted((a, b) => a - b));
    }),
  );
});
