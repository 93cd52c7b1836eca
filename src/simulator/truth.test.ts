import {expect, test} from 'vitest';
import {createTruth} from './truth.ts';

test('rows come in the order of receipt, once they have ended, and the first ending counts', () => {
  let nowMs = 100;
  const truth = createTruth(() => nowMs);
  const first = truth.open('a', 'chat', 10);
  const second = truth.open('b', 'embed', 11);
  second.promptTokens = 5;
  second.end('ok');
  expect(truth.rows().map(({id}) => id)).toEqual(['b']);
  first.tokenMs.push(50, 60);
  first.outputTokens = 2;
  nowMs = 120;
  first.end('fault:disconnect');
  nowMs = 130;
  first.end('client-gone');
  expect(truth.rows()).toEqual([
    {
      id: 'a',
      kind: 'chat',
      receivedMs: 10,
      firstTokenMs: 50,
      lastTokenMs: 60,
      endMs: 120,
      tokenMs: [50, 60],
      promptTokens: 0,
      outputTokens: 2,
      cachedPromptTokens: 0,
      outcome: 'fault:disconnect',
    },
    {
      id: 'b',
      kind: 'embed',
      receivedMs: 11,
      firstTokenMs: null,
      lastTokenMs: null,
      endMs: 100,
      tokenMs: [],
      promptTokens: 5,
      outputTokens: 0,
      cachedPromptTokens: 0,
      outcome: 'ok',
    },
  ]);
});
