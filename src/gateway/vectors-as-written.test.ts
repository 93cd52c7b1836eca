import fc from 'fast-check';
import {expect, test} from 'vitest';
import {readEmbeddings} from '../engines/serving.ts';
import {vectorsAsWritten} from './vectors-as-written.ts';

const read = (text: string, texts: number) => {
  const found = vectorsAsWritten(text, texts);
  return found === null ? null : {vectors: found.vectors, usage: found.usage};
};

test('vectors come as they were written, in the order of the texts, and the usage beside them', () => {
  const text =
    '{"object":"list","data":[{"index":1,"embedding":[ 0.10, -2e-05 ]},{"embedding" : [1],"index":0}],"usage":{"prompt_tokens":4}}';
  expect(read(text, 2)).toEqual({vectors: ['[1]', '[ 0.10, -2e-05 ]'], usage: {prompt_tokens: 4}});
});

test.each([
  ['a number too few', '{"data":[{"index":0,"embedding":[1,]}]}'],
  ['no number', '{"data":[{"index":0,"embedding":[]}]}'],
  ['a word', '{"data":[{"index":0,"embedding":[NaN]}]}'],
  ['a zero in front', '{"data":[{"index":0,"embedding":[01]}]}'],
  ['a dot and nothing behind it', '{"data":[{"index":0,"embedding":[1.]}]}'],
  ['two signs', '{"data":[{"index":0,"embedding":[--1]}]}'],
  ['more than a double holds', '{"data":[{"index":0,"embedding":[1e999]}]}'],
  ['base64', '{"data":[{"index":0,"embedding":"AACAPw=="}]}'],
  ['an end in the middle', '{"data":[{"index":0,"embedding":[1'],
  ['one vector for another text', '{"data":[{"index":1,"embedding":[1]}]}'],
  ['two vectors', '{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1]}]}'],
  ['a vector in another place', '{"data":[{"index":0}],"embedding":[1]}'],
])('a reply with %s is left to the reader of all replies', (_, text) => {
  expect(read(text, 1)).toBeNull();
});

test('what it finds is what parsing the whole reply finds, for all vectors and all spacing', () => {
  const number = fc.double({noNaN: true, noDefaultInfinity: true});
  fc.assert(
    fc.property(
      fc.array(fc.array(number, {minLength: 1, maxLength: 8}), {minLength: 1, maxLength: 6}),
      fc.constantFrom(0, 1, '\t'),
      (vectors, indent) => {
        const data = vectors.map((embedding, index) => ({note: 'an \\"embedding": [', embedding, index})).reverse();
        const text = JSON.stringify({data}, null, indent);
        const whole = readEmbeddings(JSON.parse(text), vectors.length);
        const found = vectorsAsWritten(text, vectors.length);
        // Three digits of an exponent are left to the other reader.
        if (found === null) expect(text).toMatch(/e[-+]?\d{3}/);
        else expect(found.vectors.map(vector => JSON.parse(vector))).toEqual(whole);
      },
    ),
  );
});
