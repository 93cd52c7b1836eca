import {expect, test} from 'vitest';
import type {SloSpec} from '../schema/suite.ts';
import {GoodCount, isGood} from './slo.ts';
import {chatSample, failedSample} from './test-samples.ts';

const none: SloSpec = {ttftP99Ms: null, tpotP99Ms: null, e2eP99Ms: null};

/** Planned for 0, sent at 10, first token at 110, last of five at 510. */
const sample = chatSample({scheduledMs: 0, sentMs: 10, firstTokenMs: 110, lastTokenMs: 510, outputTokens: 5});

test.each([
  ['without a limit', none, true],
  ['with its TTFT at the limit', {...none, ttftP99Ms: 110}, true],
  ['with its TTFT beyond it', {...none, ttftP99Ms: 109}, false],
  ['with its time per token at the limit', {...none, tpotP99Ms: 100}, true],
  ['with its time per token beyond it', {...none, tpotP99Ms: 99}, false],
  ['with its E2E at the limit', {...none, e2eP99Ms: 510}, true],
  ['within one limit and not the other', {...none, ttftP99Ms: 110, e2eP99Ms: 500}, false],
])('a request %s', (_, slo, good) => expect(isGood(sample, slo, 'scheduled')).toBe(good));

test('waiting to be sent counts only where latencies count from the plan', () => {
  expect(isGood(sample, {...none, ttftP99Ms: 100}, 'sent')).toBe(true);
  expect(isGood(sample, {...none, ttftP99Ms: 100}, 'scheduled')).toBe(false);
});

test('a time per token that is not known is not within a limit, unless the answer is one token', () => {
  const limit = {...none, tpotP99Ms: 1000};
  expect(isGood({...sample, outputTokens: null}, limit, 'sent')).toBe(false);
  expect(isGood({...sample, outputTokens: 1}, limit, 'sent')).toBe(true);
});

test('failed requests are counted and never good', () => {
  const count = new GoodCount(none, 'sent');
  expect(count.share).toBeNull();
  for (const each of [sample, sample, sample, failedSample('timeout', 'none')]) count.add(each);
  expect([count.good, count.all, count.share]).toEqual([3, 4, 0.75]);
});
