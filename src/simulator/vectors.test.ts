import {expect, test} from 'vitest';
import {encode, encodeForEmbedding} from './tokenizer.ts';
import {embed, embeddingDimensions, relevanceLogit, sigmoid} from './vectors.ts';

const vectorOf = (text: string) => embed(encodeForEmbedding(encode(text)));
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

test('an embedding has 768 dimensions and length 1, and is the same for the same text', () => {
  const vector = vectorOf('a cat sat on the mat');
  expect(vector).toHaveLength(embeddingDimensions);
  expect(dot(vector, vector)).toBeCloseTo(1, 6);
  expect(vectorOf('a cat sat on the mat')).toEqual(vector);
});

test('texts that share words are nearer to each other than texts that do not', () => {
  const cat = vectorOf('a cat sat on the mat');
  expect(dot(cat, vectorOf('a cat lay on the mat'))).toBeGreaterThan(
    dot(cat, vectorOf('import numpy into python')) + 0.3,
  );
});

test('the relevance of a document is 6 when it is the query, and falls with what they have in common', () => {
  const logit = (document: string) => relevanceLogit(encode('where is the cat'), encode(document));
  expect(logit('where is the cat')).toBeCloseTo(6, 4);
  expect(logit('the cat is here')).toBeGreaterThan(logit('nobody knows'));
});

test('the sigmoid of 0 is a half, of large logits near 1 and 0', () => {
  expect(sigmoid(0)).toBe(0.5);
  expect(sigmoid(Math.log(3))).toBeCloseTo(0.75, 12);
  expect(sigmoid(-50)).toBeLessThan(1e-20);
});
