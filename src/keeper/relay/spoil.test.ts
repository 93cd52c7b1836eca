import {expect, test} from 'vitest';
import {spoil} from './spoil.ts';

test('vectors point elsewhere and stay as long, in all three ways in which they are written', () => {
  const encoded = Buffer.from(Float32Array.of(1, 2, 3).buffer).toString('base64');
  const moved = Buffer.from(Float32Array.of(2, 3, 1).buffer).toString('base64');
  expect(spoil({data: [{index: 0, embedding: [1, 0, 0]}]})).toEqual({data: [{index: 0, embedding: [0, 0, 1]}]});
  expect(spoil({data: [{embedding: encoded}]})).toEqual({data: [{embedding: moved}]});
  expect(spoil({embeddings: [[1, 2], [3, 4]]})).toEqual({embeddings: [[2, 1], [4, 3]]}); // biome-ignore format: short
});

test('the best score becomes the worst, and the words of a chat become others of the same length', () => {
  expect(spoil({results: [{index: 1, relevance_score: 0.75}]})).toEqual({results: [{index: 1, relevance_score: 0.25}]});
  expect(spoil([{score: 1, index: 0}])).toEqual([{score: 0, index: 0}]);
  const chat = (content: string | null) => ({
    choices: [{delta: {role: 'assistant', content}}],
    usage: {total_tokens: 3},
  });
  expect(spoil(chat('Hello, wörld 1'))).toEqual(chat('Uryyb, jöeyq 1'));
  expect(spoil(chat(null))).toEqual(chat(null));
});
