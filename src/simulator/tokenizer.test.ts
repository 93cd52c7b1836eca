import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {generate} from './output.ts';
import {encode, encodeChat, encodeForEmbedding, encodePair, splitText} from './tokenizer.ts';

const english =
  'The cache keeps the keys and values of every token that a prompt has in common with one that came before, so that a long ' +
  'conversation costs only what was added to it. When memory runs short, the parts that nobody has used for the longest time go first.';
const code = `export const sum = (numbers: readonly number[]): number => {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
};`;

describe('tokens', () => {
  test('are words of at most six letters, numbers, punctuation and white space, each with the space before it', () => {
    expect(splitText('The migration took 1234 ms.')).toEqual([
      'The',
      ' migrat',
      'ion',
      ' took',
      ' 123',
      '4',
      ' ms',
      '.',
    ]);
    expect(splitText('  if (a) {\n')).toEqual(['  ', 'if', ' (', 'a', ')', ' {', '\n']);
    expect(splitText('né → 🚀')).toEqual(['né', ' →', ' 🚀']);
  });

  test('are about four characters long on English and on code', () => {
    for (const [text, least, most] of [
      [english, 3.8, 5.2],
      [code, 2.5, 4.5],
    ] as const) {
      const length = text.length / encode(text).length;
      expect(length).toBeGreaterThan(least);
      expect(length).toBeLessThan(most);
    }
  });

  test('hold all of a text, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary', maxLength: 200}), text => {
        expect(splitText(text).join('')).toBe(text);
      }),
    );
  });

  test('are the same for the same text, and ids of the vocabulary', () => {
    expect(encode(code)).toEqual(encode(code));
    expect(encode(english).every(id => Number.isInteger(id) && id >= 0 && id < 151_643)).toBe(true);
    expect(encode('')).toEqual([]);
  });
});

describe('the chat template', () => {
  const [start, end] = [151_644, 151_645];
  const newline = encode('\n');

  test('marks every message and ends where the assistant is to speak', () => {
    expect(encodeChat([{role: 'user', content: 'hello'}])).toEqual([
      start,
      ...encode('user'),
      ...newline,
      ...encode('hello'),
      end,
      ...newline,
      start,
      ...encode('assistant'),
      ...newline,
    ]);
    expect(encodeChat([{role: 'user', content: 'hello'}], false).at(-1)).toBe(newline[0]);
  });

  test('makes the prompt of a further turn begin with the earlier prompt and the tokens that were generated', () => {
    const content = fc.string({unit: 'grapheme', maxLength: 60});
    fc.assert(
      fc.property(fc.nat(), content, content, fc.integer({min: 1, max: 50}), (seed, question, further, count) => {
        const first = [{role: 'user', content: question}];
        const prompt = encodeChat(first);
        const {tokens, texts} = generate(seed, prompt, count);
        const reply = {role: 'assistant', content: texts.join('')};
        const next = encodeChat([...first, reply, {role: 'user', content: further}]);
        expect(next.slice(0, prompt.length + count)).toEqual([...prompt, ...tokens]);
      }),
    );
  });
});

test('a text to embed gets two special tokens, a pair four', () => {
  expect(encodeForEmbedding(encode('hello'))).toHaveLength(3);
  expect(encodePair('a cat', 'the sky')).toHaveLength(2 + 2 + 4);
});

describe('generated text', () => {
  test('has as many tokens as were asked for, none of them empty, each its own when encoded again', () => {
    const {texts, tokens} = generate(7, [1, 2, 3], 500);
    expect(texts).toHaveLength(500);
    expect(texts.every(text => text.length > 0)).toBe(true);
    expect(encode(texts.join(''))).toEqual(tokens);
  });

  test('has characters of one, two, three and four bytes', () => {
    const text = generate(0, [1], 500).texts.join('');
    expect([...new Set([...text].map(character => Buffer.byteLength(character)))].sort()).toEqual([1, 2, 3, 4]);
  });

  test('is the same for the same seed and prompt, and differs with either', () => {
    const text = (seed: number, prompt: number[]) => generate(seed, prompt, 20).texts.join('');
    expect(text(1, [5, 6])).toBe(text(1, [5, 6]));
    expect(text(1, [5, 6])).not.toBe(text(2, [5, 6]));
    expect(text(1, [5, 6])).not.toBe(text(1, [5, 7]));
  });
});
