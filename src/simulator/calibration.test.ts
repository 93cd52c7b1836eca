import {describe, expect, test} from 'vitest';
import {batchTimer, calibrations, dialectNames, stepTimer} from './calibration.ts';
import {memoryParts} from './memory.ts';
import {lognormalFactor, seededRandom} from './random.ts';

const {vllm} = calibrations;
const exact = {
  ...vllm,
  chat: {
    ...vllm.chat,
    stepBaseMs: 3,
    decodeMsPerSequence: 0.1,
    decodeMsPerKvToken: 0.001,
    msPerToken: 0.01,
    graphTokens: 100,
    graphedPassMs: 5,
    eagerPassMs: 9,
    jitterSigma: 0,
  },
  embed: {...vllm.embed, msPerToken: 0.5, graphTokens: 100, graphedPassMs: 6, eagerPassMs: 9},
};
const stepMs = stepTimer(exact, 1, seededRandom(0));
const embedMs = batchTimer(exact, 'embed', 1, seededRandom(0));

describe('durations', () => {
  test('of a step are its base and its parts, divided by the speed', () => {
    const load = {decodingSequences: 8, kvTokensRead: 1000, prefillTokens: 700};
    expect(stepMs(load)).toBeCloseTo(3 + 0.8 + 1 + 7, 12);
    expect(stepTimer(exact, 2, seededRandom(0))(load)).toBeCloseTo(5.9, 12);
  });

  test('of a step with prefill are no less than its launch: of a graph where there is one for its tokens, else kernel by kernel', () => {
    expect(stepMs({decodingSequences: 0, kvTokensRead: 0, prefillTokens: 100})).toBe(5); // and not 3 + 1
    expect(stepMs({decodingSequences: 1, kvTokensRead: 0, prefillTokens: 100})).toBe(9); // 101 tokens have no graph
  });

  test('of a step that only decodes know no such floor: it is in their base', () => {
    expect(stepMs({decodingSequences: 8, kvTokensRead: 0, prefillTokens: 0})).toBeCloseTo(3.8, 12);
  });

  test('of a batch are those of its tokens, and no less than its launch, divided by the speed', () => {
    expect([10, 100, 200].map(embedMs)).toEqual([6, 50, 100]);
    expect(batchTimer(exact, 'embed', 4, seededRandom(0))(101)).toBe(50.5 / 4);
    expect(batchTimer({...exact, embed: {...exact.embed, msPerToken: 0}}, 'embed', 1, seededRandom(0))(101)).toBe(9);
  });

  test('vary with mean 1 and the stated spread, the same for the same seed', () => {
    const random = seededRandom(5);
    const logs = Array.from({length: 20_000}, () => Math.log(lognormalFactor(random, 0.1)));
    const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
    const deviation = Math.sqrt(logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / logs.length);
    expect(mean).toBeCloseTo(-0.005, 2); // -sigma²/2, so that the mean of the factor is 1
    expect(deviation).toBeCloseTo(0.1, 2);
    expect(lognormalFactor(seededRandom(9), 0.1)).toBe(lognormalFactor(seededRandom(9), 0.1));
    expect(lognormalFactor(seededRandom(9), 0)).toBe(1);
  });
});

test('the parts of the memory fill the card, with the pool that each engine makes by default', () => {
  for (const dialect of dialectNames) {
    const {memory} = calibrations[dialect];
    const {weightsBytes, kvBytes, graphsBytes, otherBytes, freeBytes} = memoryParts(
      calibrations[dialect],
      memory.kvTokens,
    );
    expect(weightsBytes + kvBytes + graphsBytes + otherBytes + freeBytes).toBe(memory.gpuBytes);
    expect(freeBytes).toBeGreaterThan(0);
  }
  expect(memoryParts(calibrations.vllm, 1000).kvBytes).toBe(28_672_000);
});
