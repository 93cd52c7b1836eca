import {describe, expect, test} from 'vitest';
import {batchTimer, calibrations, dialectNames, stepTimer} from './calibration.ts';
import {memoryParts} from './memory.ts';
import {lognormalFactor, seededRandom} from './random.ts';

const exact = {
  ...calibrations.vllm,
  chat: {
    ...calibrations.vllm.chat,
    stepBaseMs: 3,
    decodeMsPerSequence: 0.1,
    decodeMsPerKvToken: 0.001,
    prefillMsPerToken: 0.01,
    jitterSigma: 0,
  },
  embed: {batchBaseMs: 4, msPerToken: 0.5},
};

describe('durations', () => {
  test('of a step are its base and its parts, divided by the speed', () => {
    const load = {decodingSequences: 8, kvTokensRead: 1000, prefillTokens: 200};
    expect(stepTimer(exact, 1, seededRandom(0))(load)).toBeCloseTo(3 + 0.8 + 1 + 2, 12);
    expect(stepTimer(exact, 2, seededRandom(0))(load)).toBeCloseTo(3.4, 12);
  });

  test('of a batch are its base and its tokens, divided by the speed', () => {
    expect(batchTimer(exact, 'embed', 4, seededRandom(0))(10)).toBeCloseTo(9 / 4, 12);
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

  test('reproduce the throughput that they were taken from: 512 in, 128 out, 32 at once', () => {
    for (const [dialect, tokensPerSecond] of [
      ['vllm', 7362],
      ['sglang', 7765],
    ] as const) {
      const {chat} = calibrations[dialect];
      // In the steady state a step decodes 32 sequences of 576 tokens on average and prefills 32 × 512 / 128 tokens.
      const stepMs = stepTimer({...calibrations[dialect], chat: {...chat, jitterSigma: 0}}, 1, seededRandom(0));
      const ms = stepMs({decodingSequences: 32, kvTokensRead: 32 * 576, prefillTokens: 128});
      expect(32_000 / ms / tokensPerSecond).toBeCloseTo(1, 1.5);
    }
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
