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
      phases: null,
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
      phases: null,
      outcome: 'ok',
    },
  ]);
});

test('of every request the account stays, whole rows only of the last ones and of those under way', () => {
  const truth = createTruth(() => 7, 10);
  const late = truth.open('late', 'chat', 0);
  for (let n = 1; n <= 100; n++) truth.open(`r${n}`, 'embed', n).end(n === 2 ? 'client-gone' : 'ok');
  const kept = truth.rows();
  expect(kept.length).toBeLessThanOrEqual(10);
  expect(kept.at(-1)).toMatchObject({id: 'r100', receivedMs: 100});
  late.end('ok');
  expect(truth.rows()[0]?.id).toBe('late');
  const account = [...truth.account()];
  expect(account.find(({id}) => id === 'r2')).toEqual({id: 'r2', kind: 'embed', endMs: 7, outcome: 'client-gone'});
  expect(new Set(account.map(({id}) => id)).size).toBe(101);
  expect(account.length).toBe(101);
});
