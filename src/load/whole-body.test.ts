import {describe, expect, test, vi} from 'vitest';
import {engines} from '../engines/index.ts';
import {untoldFacts} from '../engines/untold-facts.ts';
import type {EmbedRequest} from '../schema/request.ts';
import {ReplySample, WholeBody} from './whole-body.ts';

const request: EmbedRequest = {kind: 'embed', id: 'r', texts: ['a', 'b']};

/** A reply of some 40 kB with `items` vectors. */
const large = ({
  items = 2,
  end = ',"usage":{"prompt_tokens":4,"total_tokens":4}}',
  value = '0.123456789',
  colon = ':',
} = {}) =>
  `{"object":"list","data":[${Array.from(
    {length: items},
    (_, index) => `{"index":${index},"object":"embedding","embedding"${colon}[${Array(2000).fill(value).join(', ')}]}`,
  ).join(',')}]${end}`;

/** The same in base64, of some 40 kB: engines say "embedding" as a value too. */
const largeBase64 = (items = 2) => {
  const vector = Buffer.from(Float32Array.from({length: 4000}, (_, place) => place / 3).buffer).toString('base64');
  const entries = Array.from(
    {length: items},
    (_, index) => `{"index":${index},"object":"embedding","embedding":"${vector}"}`,
  );
  return `{"object":"list","data":[${entries.join(',')}],"usage":{"prompt_tokens":4,"total_tokens":4}}`;
};

const judge = (text: string, sample: ReplySample, {status = 200, pieceBytes = 10_000, asked = request} = {}) => {
  const parse = vi.spyOn(JSON, 'parse');
  const body = new WholeBody(asked, status, sample);
  const bytes = Buffer.from(text);
  const shared = Buffer.alloc(pieceBytes);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = bytes.subarray(at, at + pieceBytes);
    piece.copy(shared);
    body.feed(shared, 0, piece.length);
  }
  const verdict = body.judge(engines.openai, untoldFacts);
  const parsed = parse.mock.calls.some(([json]) => json === text);
  parse.mockRestore();
  return {...verdict, parsed};
};

/** A sample whose replies were all as they are told. */
const fullSample = (text = large()) => {
  const sample = new ReplySample();
  for (let reply = 0; reply < 32; reply += 1) expect(judge(text, sample).parsed).toBe(true);
  return sample;
};

const usage = {promptTokens: 4, outputTokens: null, cachedPromptTokens: null};

test('the first 32 large replies are parsed, those after them told by their bytes, with the same verdict', () => {
  const sample = fullSample();
  expect(judge(large(), sample)).toEqual({usage, failure: null, parsed: false});
  expect(judge(large(), sample, {pieceBytes: 7})).toEqual({usage, failure: null, parsed: false});
  expect(judge(large(), sample, {pieceBytes: 100_000})).toEqual({usage, failure: null, parsed: false});
});

test.each([7, 10_000, 100_000])('vectors in base64 are told by their bytes too, in pieces of %i', pieceBytes => {
  const asked: EmbedRequest = {...request, encoding: 'base64'};
  const sample = new ReplySample();
  for (let reply = 0; reply < 32; reply += 1)
    expect(judge(largeBase64(), sample, {asked})).toEqual({usage, failure: null, parsed: true});
  expect(judge(largeBase64(), sample, {asked, pieceBytes})).toEqual({usage, failure: null, parsed: false});
  expect(judge(largeBase64(1), sample, {asked, pieceBytes}).failure?.message).toBe('the reply has 1 embeddings for 2');
});

test('small replies are always parsed', () => {
  const small = '{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1]}],"usage":{"prompt_tokens":4}}';
  expect(judge(small, fullSample())).toEqual({usage, failure: null, parsed: true});
});

test('a reply without usage is told by its bytes too, where the others had none', () => {
  const bare = large({end: '}'});
  expect(judge(bare, fullSample(bare))).toMatchObject({usage: {promptTokens: null}, failure: null, parsed: false});
});

describe('told by its bytes, a large reply', () => {
  test.each([
    ['with a vector too few', large({items: 1, value: '0.12345678901234567'}), 'the reply has 1 embeddings for 2'],
    ['with a vector too many', large({items: 3}), 'the reply has 3 embeddings for 2'],
    ['that is cut off inside a vector', large().slice(0, -100), 'the reply does not end as JSON does'],
    ['that is cut off inside its usage', large().slice(0, -2), 'the reply does not end as JSON does'],
  ])('%s is malformed', (_, text, message) => {
    expect(judge(text, fullSample())).toMatchObject({
      failure: {kind: 'malformed', message, status: 200},
      parsed: false,
    });
  });

  test('with an error status is quoted', () => {
    const error = JSON.stringify({error: {message: 'too long'}, input: 'x'.repeat(20_000)});
    expect(judge(error, fullSample(), {status: 400}).failure).toMatchObject({
      kind: 'status',
      message: 'HTTP 400: too long',
    });
  });
});

describe('every large reply is parsed', () => {
  test.each([
    ['where keys are written in another way', large({colon: ' :'})],
    ['where the usage does not stand at the end', large({end: '}'}).replace('{', '{"usage":{"prompt_tokens":4},')],
    ['where the vectors of a counted reply are none', large({value: 'null'})],
  ])('%s', (_, text) => {
    expect(judge(text, fullSample(text)).parsed).toBe(true);
  });
});
