import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {chatSample, embedSample, failedSample} from '../stats/test-samples.ts';
import {failureKinds} from './failure-kinds.ts';
import {roles} from './request.ts';
import {type Sample, sample as sampleSchema} from './sample.ts';
import {readSampleBlock} from './sample-block.ts';
import {blocksOf} from './test-blocks.ts';

const [first, ...others] = [chatSample({id: 'Zürich'}), failedSample('status', 'HTTP 503 …'), embedSample()] as const;
const samples = [first, ...others];
const [block = new Uint8Array()] = blocksOf(samples);

const read = (blocks: readonly Uint8Array[]) => blocks.flatMap(each => [...readSampleBlock(each)]);

describe('what was added', () => {
  const int = fc.maxSafeInteger();
  const ms = fc.oneof(
    fc.integer({min: 0, max: 1e11}).map(us => us / 1000),
    fc.double({noNaN: true, noDefaultInfinity: true}),
  );
  // Halves of pairs and all: a message may have been cut anywhere.
  const text = fc.string({unit: fc.integer({min: 0, max: 0xffff}).map(code => String.fromCharCode(code))});
  const common = {
    trial: int,
    index: int,
    id: text,
    kind: fc.constantFrom(...roles),
    session: text,
    turn: int,
    items: int,
    scheduledMs: fc.option(ms),
    sentMs: ms,
    firstByteMs: fc.option(ms),
    firstChunkMs: fc.option(ms),
    firstTokenMs: fc.option(ms),
    lastTokenMs: fc.option(ms),
    endMs: ms,
    tokenEventsMs: fc.array(ms),
    tokensPerEvent: fc.option(fc.array(int)),
    promptTokens: fc.option(int),
    outputTokens: fc.option(int),
    cachedPromptTokens: fc.option(int),
    finishReason: fc.option(text),
    replyBytes: int,
  };
  const failure = fc.record({kind: fc.constantFrom(...failureKinds), message: text, status: fc.option(int)});
  const anySample: fc.Arbitrary<Sample> = fc.oneof(
    fc.record({outcome: fc.constant('ok' as const), ...common}),
    fc.record({outcome: fc.constant('failed' as const), failure, ...common}),
  );

  test('is read back, whatever it was and however it was cut into blocks', () => {
    fc.assert(
      fc.property(fc.array(anySample), fc.integer({min: 1, max: 4000}), (given, bytes) => {
        for (const sample of given) expect(sampleSchema.safeParse(sample).success).toBe(true);
        expect(read(blocksOf(given, {bytes}))).toEqual(given);
      }),
    );
  });

  test('is read back from a block that lies anywhere in its buffer', () => {
    const buffer = new Uint8Array(block.length + 3);
    buffer.set(block, 3);
    expect(read([buffer.subarray(3)])).toEqual(samples);
  });
});

describe('blocks', () => {
  test('come when they are full, and the rest when it is asked for', () => {
    // 24 columns, 4 events: 224 bytes. "r0", "s0" and "length": 20 bytes of text. Four samples and the head are 1000.
    const sizes = (count: number) =>
      blocksOf(
        Array.from({length: count}, () => chatSample()),
        {bytes: 1000},
      ).map(({length}) => length);
    expect(sizes(9)).toEqual([1000, 1000, 24 + 244]);
    expect(sizes(4)).toEqual([1000]);
    expect(sizes(0)).toEqual([]);
  });

  test('have a buffer each, so that a thread can transfer it', () => {
    for (const {buffer, byteLength} of blocksOf(samples, {bytes: 1})) expect(buffer.byteLength).toBe(byteLength);
  });

  test('a sample larger than a block is a block', () => {
    const long = chatSample({tokenEventsMs: Array.from({length: 10_000}, (_, token) => token / 7)});
    const blocks = blocksOf([first, long, first], {bytes: 1000});
    expect(blocks).toHaveLength(2);
    expect(read(blocks)).toEqual([first, long, first]);
  });
});

describe('a block that is not whole is an error, whatever is wrong with it', () => {
  test('cut off', () => {
    for (let length = 0; length < block.length; length += 1)
      expect(() => read([block.subarray(0, length)])).toThrow(/^a block of samples is cut off/);
  });

  test('garbled', () => {
    for (let at = 4; at < block.length; at += 1)
      expect(() => read([block.with(at, (block[at] ?? 0) ^ 0x10)])).toThrow('is cut off or garbled');
  });

  test('of another version', () => {
    expect(String.fromCharCode(...block.subarray(0, 4))).toBe('SMP1');
    expect(() => read([block.with(3, '2'.charCodeAt(0))])).toThrow('is none, or of another version of cutover');
  });
});
