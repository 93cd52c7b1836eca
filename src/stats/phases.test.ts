import {expect, test} from 'vitest';
import {PhaseSums, phaseShares} from './phases.ts';
import {chatSample, chatSampleAt, embedSample} from './test-samples.ts';

/** To the first token 50 and 90 ms, from there to the last 30 and 50. */
const sums = () => {
  const phases = new PhaseSums();
  phases.add(chatSample());
  phases.add(chatSampleAt(100, {firstTokenMs: 190, lastTokenMs: 240}));
  return phases;
};

test('the time of requests is split at the first token, each part a mean over them', () => {
  const phases = sums().summarise(null);
  expect(phases).toEqual({n: 2, prefillMs: 70, transferMs: null, decodeMs: 40, transfer: null});
  expect(phases && phaseShares(phases)).toEqual({prefill: 70 / 110, transfer: null, decode: 40 / 110});
});

test('the mean transfer is taken off what comes before the first token', () => {
  const phases = sums().summarise({count: 4, totalMs: 48, totalMib: 112});
  expect(phases).toEqual({n: 2, prefillMs: 58, transferMs: 12, decodeMs: 40, transfer: {count: 4, mib: 112}});
  expect(phases && phaseShares(phases)).toEqual({prefill: 58 / 110, transfer: 12 / 110, decode: 40 / 110});
});

test('transfers that are longer than the wait for the first token are told, and not taken off', () => {
  expect(sums().summarise({count: 1, totalMs: 71, totalMib: null})).toEqual({
    n: 2,
    prefillMs: 70,
    transferMs: null,
    decodeMs: 40,
    transfer: {count: 1, mib: null},
  });
  expect(sums().summarise({count: 0, totalMs: 0, totalMib: 0})?.transferMs).toBeNull();
});

test('answers of one token and whole replies have no phases', () => {
  const phases = new PhaseSums();
  phases.add(chatSample({outputTokens: 1, tokenEventsMs: [50], lastTokenMs: 50}));
  phases.add(chatSample({outputTokens: null, tokenEventsMs: [50], lastTokenMs: 50}));
  phases.add(embedSample());
  expect(phases.summarise(null)).toBeNull();
  phases.add(chatSample({outputTokens: null}));
  expect(phases.summarise(null)).toMatchObject({n: 1, prefillMs: 50, decodeMs: 30});
});
