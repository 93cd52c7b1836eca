import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {askLengths, findLimit} from './ask-lengths.ts';

const upTo = (limit: number) => async (tokens: number) => tokens <= limit;

describe('the limit', () => {
  test('is found wherever it is, whatever the server says of it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({min: 10, max: 30_000}),
        fc.option(fc.integer({min: 1, max: 40_000})),
        async (limit, told) => {
          expect(await findLimit(upTo(limit), 10, told)).toBe(limit);
        },
      ),
    );
  });

  test('is found by six questions where it is what the server says, or one less', async () => {
    for (const limit of [512, 511]) {
      const asked: number[] = [];
      await findLimit(
        async tokens => {
          asked.push(tokens);
          return tokens <= limit;
        },
        10,
        512,
      );
      expect(asked).toEqual([510, 511, 512, 513, 514, 1024]);
    }
  });

  test('cannot be told of a server that is gone, or that takes everything', async () => {
    expect(await findLimit(async () => null, 10, 512)).toBeNull();
    expect(await findLimit(async () => true, 10, null)).toBeNull();
  });
});

/** A server that counts words and two more, and takes 512; what it was asked, in tokens. */
const asksOf = async (context: number | null, tokensOf: (text: string) => number | null) => {
  const asked: string[] = [];
  await askLengths(context, async (name, text) => {
    asked.push(name);
    const promptTokens = tokensOf(text);
    const refused = (promptTokens ?? 0) > 512;
    const nothing = {asked: {}, problem: null, vectors: [], ranking: []};
    return refused
      ? {status: 400, reply: {...nothing, refusal: 'too long', promptTokens: null}}
      : {status: 200, reply: {...nothing, refusal: null, promptTokens}};
  });
  return asked;
};
const words = (text: string) => text.split(' ').length;

test('a length is asked for in the tokens that the server counts, two of which are around the text', async () => {
  const asked = await asksOf(512, text => words(text) + 2);
  expect(asked).toEqual([
    ...['words/1/8', 'words/1/24'],
    ...[510, 511, 512, 513, 514, 1024].map(tokens => `length/${tokens}`),
  ]);
});

test('where the server says another number, what lies around its limit is asked too', async () => {
  const asked = await asksOf(4096, text => words(text) + 2);
  for (const tokens of [510, 511, 512, 513, 514, 1024]) expect(asked).toContain(`length/${tokens}`);
});

test('a vocabulary in which words are not one token each is left for a simpler one, and no usage for nothing', async () => {
  const asked = await asksOf(512, text => words(text) + (text.includes('time') ? words(text) : 0) + 2);
  expect(asked.slice(0, 5)).toEqual(['words/1/8', 'words/1/24', 'words/2/8', 'words/2/24', 'length/510']);
  expect(await asksOf(512, () => null)).toEqual(['words/1/8', 'words/1/24', 'words/2/8', 'words/2/24']);
});
