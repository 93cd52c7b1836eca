import {describe, expect, test} from 'vitest';
import type {ReadStream} from './reply.ts';
import {firstDivergence, readStream, shapeOf} from './stream.ts';

const sse = (...events: readonly (object | string)[]) =>
  events.map(event => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join('');
const delta = (content: object, finish: string | null = null) => ({
  object: 'chat.completion.chunk',
  choices: [{index: 0, delta: content, finish_reason: finish}],
});
const usage = {prompt_tokens: 5, completion_tokens: 2};

describe('readStream', () => {
  test('tells a stream as vLLM sends it from one as SGLang does', () => {
    const vllm = sse(
      delta({role: 'assistant', content: ''}),
      delta({content: 'a'}),
      delta({content: ' b'}, 'length'),
      {choices: [], usage},
      '[DONE]',
    );
    expect(readStream(vllm)).toEqual({
      pieces: ['a', ' b'],
      finishReason: 'length',
      promptTokens: 5,
      outputTokens: 2,
      shape: ['[DONE]', 'finish_reason with the last text', 'role chunk', 'usage chunk'],
    });
    const sglang = sse(delta({role: 'assistant', content: 'a'}), {...delta({content: ' b'}), usage}, delta({}, 'stop'));
    expect(readStream(sglang)).toEqual({
      pieces: ['a', ' b'],
      finishReason: 'stop',
      promptTokens: 5,
      outputTokens: 2,
      shape: ['finish_reason in a chunk of its own', 'role with text', 'usage beside the text'],
    });
  });

  test('puts what a model thinks in front of what it says', () => {
    expect(readStream(sse(delta({reasoning_content: 'hm', content: 'yes'}, 'stop')))?.pieces).toEqual(['hmyes']);
  });

  test.each([
    ['an error in the stream', sse(delta({content: 'a'}), {error: {message: 'x'}})],
    ['an event that is not JSON', sse(delta({content: 'a'}), '{"choices":')],
    ['a reply that is no stream', '{"choices":[]}'],
    ['nothing', ''],
  ])('is null for %s', (_, body) => {
    expect(readStream(body)).toBeNull();
  });
});

describe('firstDivergence', () => {
  const said = (...pieces: readonly string[]): ReadStream => ({
    pieces,
    finishReason: 'length',
    promptTokens: 1,
    outputTokens: pieces.length,
    shape: [],
  });

  test('names the event and the character of the first side', () => {
    expect(firstDivergence(said('the', ' cat', ' sat'), said('the', ' car', ' sat'))).toEqual({event: 1, character: 6});
  });

  test('does not see how a text is cut into events', () => {
    expect(firstDivergence(said('the', ' cat'), said('the cat'))).toBeNull();
  });

  test('parts where one text ends', () => {
    expect(firstDivergence(said('the'), said('the', ' cat'))).toEqual({event: 1, character: 3});
    expect(firstDivergence(said(), said('a'))).toEqual({event: 0, character: 0});
  });
});

test('shapeOf tells places and types, and nothing of values', () => {
  expect(shapeOf('{"error":{"code":400,"message":"x","param":null},"list":[{"a":true}],"none":[]}')).toEqual([
    'error.code number',
    'error.message string',
    'error.param null',
    'list[].a boolean',
    'none[]',
  ]);
  expect(shapeOf('"text"')).toEqual([' string']);
  expect(shapeOf('<html>')).toBeNull();
});
