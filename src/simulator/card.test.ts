import {once} from 'node:events';
import {expect, test} from 'vitest';
import {calibrations} from './calibration.ts';
import {createCard} from './card.ts';
import {memoryParts} from './memory.ts';

const calibration = calibrations.vllm;
const cardOf = (nowMs: () => number, leakMibPerSecond = 0, encoder = false) =>
  createCard({calibration, kvTokens: 1024, encoder, asleepBytes: () => 0, leakMibPerSecond, nowMs});

test('a server takes its parts of the card, and what it leaks from then on', () => {
  let nowMs = 1000;
  const card = cardOf(() => nowMs);
  const {weightsBytes, kvBytes, graphsBytes, otherBytes} = memoryParts(calibration, 1024);
  const ownMiB = (weightsBytes + kvBytes + graphsBytes + otherBytes) / 2 ** 20;
  expect(card.takenMiB()).toBe(ownMiB);
  card.leak(10);
  nowMs = 3000;
  expect(card.takenMiB()).toBe(ownMiB + 20);
  card.leak(1); // in place of the first
  nowMs = 4000;
  expect(card.takenMiB()).toBeCloseTo(ownMiB + 21, 9);
  card.stop();
  expect(cardOf(() => 0, 0, true).takenMiB()).toBe(635);
});

test('a leak fills the card in the end, and a card can be filled at once', async () => {
  const leaking = cardOf(() => performance.now(), 10_000_000);
  await once(leaking.full, 'abort');
  expect(leaking.takenMiB()).toBe(calibration.memory.gpuBytes / 2 ** 20);
  const slow = cardOf(() => performance.now(), 0.001); // a year: longer than a timer of Node
  expect(slow.full.aborted).toBe(false);
  slow.fill();
  expect(slow.full.aborted).toBe(true);
  slow.stop();
});
