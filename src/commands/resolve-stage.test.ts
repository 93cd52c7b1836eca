import {expect, test} from 'vitest';
import {untoldFacts} from '../engines/untold-facts.ts';
import type {LoadStage} from '../schema/suite.ts';
import type {Workload} from '../schema/workload.ts';
import {resolveStage} from './resolve-stage.ts';

const facts = {...untoldFacts, kvTokens: 100_000};
const stage = (changes: Partial<Workload<'revisit'>>, requests: number | null = 5) =>
  ({
    name: 'eviction',
    workload: {
      kind: 'revisit',
      promptTokens: 4096,
      outputTokens: 16,
      contexts: {ofKvPool: 1.5},
      visits: 3,
      ...changes,
    },
    load: {mode: 'closed', concurrency: 4, requests, durationSeconds: null, warmup: 0},
  }) satisfies LoadStage;

test('contexts of one and a half KV pools are so many that their tokens are, and each has its visits', () => {
  // 150 000 tokens are 36.6 prompts of 4096.
  expect(resolveStage(stage({}), facts)).toMatchObject({workload: {contexts: 37}, load: {requests: 111}});
});

test('drawn prompts count with their mean', () => {
  const promptTokens = {draw: 'uniform', min: 1000, max: 3000} as const;
  expect(resolveStage(stage({promptTokens}), facts)).toMatchObject({workload: {contexts: 75}});
});

test('a number of contexts is kept, and the requests follow from it', () => {
  const resolved = resolveStage(stage({contexts: 8}), untoldFacts);
  expect(resolved).toMatchObject({workload: {contexts: 8}, load: {requests: 24}});
});

test('where time ends the trial, requests stay open', () => {
  expect(resolveStage(stage({}, null), facts).load.requests).toBeNull();
});

test('a server that does not tell its pool is refused with the fix', () => {
  expect(() => resolveStage(stage({}), untoldFacts)).toThrow(
    expect.objectContaining({code: 'BAD_SUITE', hint: expect.stringContaining('--contexts 64')}),
  );
});

test('any other stage is left as it is', () => {
  const chat: LoadStage = {...stage({}), workload: {kind: 'chat', promptTokens: 512, outputTokens: 8}};
  expect(resolveStage(chat, facts)).toBe(chat);
});
