import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {ReplyText} from './reply-text.ts';

const event = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`;
const delta = (fields: object, finish_reason: string | null = null) =>
  event({choices: [{index: 0, delta: fields, finish_reason}]});
const usage = {prompt_tokens: 7, completion_tokens: 3};
const done = 'data: [DONE]\n\n';

const read = (text: string) => {
  const reply = new ReplyText();
  const added = reply.feed(Buffer.from(text));
  return {reply, added};
};

const words = ['na', 'ïve ', '語🚀\n'];
const answer = [
  ': a comment\n\n',
  delta({role: 'assistant', content: ''}),
  ...words.map(content => delta({content})),
  delta({}, 'length'),
  event({choices: [], usage}),
  done,
].join('');

test('an answer is its pieces put together, with how it ended and its usage', () => {
  const {reply, added} = read(answer);
  expect(added).toBe('naïve 語🚀\n');
  expect(reply).toMatchObject({text: added, finishReason: 'length', usage, done: true, broken: null});
});

test('cut anywhere, in the middle of a character too, it is the same answer', () => {
  const bytes = Buffer.from(answer);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length)), cuts => {
      const ends = [...cuts.toSorted((a, b) => a - b), bytes.length];
      const pieces = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
      const reply = new ReplyText();
      expect(pieces.map(piece => reply.feed(piece)).join('')).toBe('naïve 語🚀\n');
      expect(reply.text).toBe('naïve 語🚀\n');
    }),
  );
});

test('what a model thinks aloud is no part of what it said', () => {
  const {reply} = read(
    `${delta({reasoning: 'hm'})}${delta({reasoning_content: 'hm'})}${delta({content: 'yes'})}${done}`,
  );
  expect(reply.text).toBe('yes');
});

describe('an answer is broken', () => {
  test.each([
    ['by an error event', 'event: error\ndata: {"message":"out"}\n\n', '{"message":"out"}'],
    ['by an error object', event({error: {message: 'out'}}), '{"error":{"message":"out"}}'],
    ['by what is no JSON', 'data: {"choices\n\n', '{"choices'],
  ])('%s', (_, text, broken) => {
    expect(read(delta({content: 'a'}) + text).reply).toMatchObject({text: 'a', broken, done: false});
  });
});

test('a body that is no stream says nothing and has no end', () => {
  expect(read('{"choices":[]}').reply).toMatchObject({text: '', ended: false});
});
