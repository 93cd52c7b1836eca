import {describe, expect, test} from 'vitest';
import type {ServerFacts} from '../engines/engine.ts';
import {engines} from '../engines/index.ts';
import {untoldFacts} from '../engines/untold-facts.ts';
import {type SseEvent, SseReader} from '../http/sse.ts';
import {fixtureBytes} from '../test-fixture.ts';
import {ChatStream, StreamMemory} from './chat-stream.ts';

const upTo = (end: number, begin = 1) => Array.from({length: end - begin + 1}, (_, index) => begin + index);
const ones = (count: number): number[] => Array(count).fill(1);
const digits = (text: string) => [...text].map(Number);
const untold = {promptTokens: null, outputTokens: null, cachedPromptTokens: null};

/**
 * What vLLM 0.26.0 and SGLang 0.5.17 really sent (fixtures/README.md), and what stands in the files: the number of
 * events with `[DONE]`, which of them have a text (from 0), the last usage, and how the counts of the running one grow.
 */
const recorded = [
  // The last token's event has the finish reason; then usage and [DONE].
  ['vllm', 'plain', 27, upTo(24), {promptTokens: 51, outputTokens: 24, cachedPromptTokens: 0}, null],
  // Asked again: three whole blocks of 16 were cached.
  ['vllm', 'continuous-usage', 27, upTo(24), {promptTokens: 51, outputTokens: 24, cachedPromptTokens: 48}, ones(24)],
  ['vllm', 'no-usage', 10, upTo(8), untold, null],
  // Up to three tokens in one event.
  [
    'vllm',
    'under-load',
    68,
    upTo(65),
    {promptTokens: 233, outputTokens: 128, cachedPromptTokens: 16},
    digits('11123332323222223232223222221112121211212112121222232332232222322'),
  ],
  // The seventh token is a part of a character: an event without a text, and the next one has both.
  [
    'vllm',
    'split-character',
    19,
    [...upTo(6), ...upTo(16, 8)],
    {promptTokens: 140, outputTokens: 16, cachedPromptTokens: 16},
    digits('111111211111111'),
  ],
  // The finish reason has an event of its own. Nothing was cached: null, with --enable-cache-report a 0.
  ['sglang', 'plain', 28, upTo(24), {promptTokens: 51, outputTokens: 24, cachedPromptTokens: 0}, null],
  // Asked again: all but the last token were cached. Neither the role's event nor the finish reason's has usage.
  ['sglang', 'continuous-usage', 28, upTo(24), {promptTokens: 51, outputTokens: 24, cachedPromptTokens: 50}, ones(24)],
  ['sglang', 'no-usage', 11, upTo(8), untold, null],
  // Parts of characters are held back: no event at all, and the next one counts two.
  [
    'sglang',
    'under-load',
    127,
    upTo(123),
    {promptTokens: 2095, outputTokens: 128, cachedPromptTokens: 30},
    ones(123).with(3, 2).with(25, 2).with(52, 2).with(69, 2).with(78, 2),
  ],
] as const;

const feed = (stream: ChatStream, bytes: Buffer, atMs: number) => stream.feed(bytes, 0, bytes.length, atMs);

describe.each(recorded)('the stream of %s, %s', (name, file, count, tokenEvents, usage, tokensPerEvent) => {
  const bytes = fixtureBytes(`streams/${name}/${file}.sse`);
  const events = bytes
    .toString('latin1')
    .split(/(?<=\n\n)/)
    .map(event => Buffer.from(event, 'latin1'));
  const ends = events.map((_, index) => Buffer.concat(events.slice(0, index + 1)).length);
  // Both were started with the flag that reports cached tokens; only SGLang's pages say so.
  const facts: ServerFacts = {...untoldFacts, reportsCachedTokens: name === 'sglang' ? true : null};

  const expectRead = (feed: (stream: ChatStream) => void, stampOf: (event: number) => number) => {
    const stream = new ChatStream(engines[name], facts, new StreamMemory());
    feed(stream);
    expect(stream.failure()).toBeNull();
    expect(stream).toMatchObject({done: true, finishReason: 'length', usage, tokensPerEvent});
    expect(stream.firstChunkMs).toBe(stampOf(0));
    expect(stream.tokenEventsMs).toEqual(tokenEvents.map(stampOf));
  };

  test('has its first token in the second event: the first has the role', () => {
    expect(events).toHaveLength(count);
    const arrive = (stream: ChatStream) => {
      for (const [index, event] of events.entries()) feed(stream, event, (index + 1) * 10);
    };
    expectRead(arrive, event => (event + 1) * 10);
    expect(tokenEvents[0]).toBe(1);
  });

  test('is read byte by byte: an event is there with its last byte', () => {
    const arrive = (stream: ChatStream) => {
      for (const [index, byte] of bytes.entries()) feed(stream, Buffer.of(byte), index + 1);
    };
    expectRead(arrive, event => ends[event] ?? Number.NaN);
  });

  test('is read from two pieces, wherever the cut is', () => {
    // Of long files every 97th place, for time's sake: the next test cuts at all of them.
    for (let cut = 0; cut <= bytes.length; cut += bytes.length > 6000 ? 97 : 1) {
      const arrive = (stream: ChatStream) => {
        feed(stream, bytes.subarray(0, cut), 10);
        feed(stream, bytes.subarray(cut), 20);
      };
      expectRead(arrive, event => ((ends[event] ?? Number.NaN) <= cut ? 10 : 20));
    }
  });

  test('is read with a cut in every event, at each of its bytes', () => {
    const longest = Math.max(...events.map(event => event.length));
    for (let cut = 1; cut <= longest; cut += 1) {
      const arrive = (stream: ChatStream) => {
        for (const [index, event] of events.entries()) {
          feed(stream, event.subarray(0, cut), index);
          feed(stream, event.subarray(cut), index + 0.5);
        }
      };
      expectRead(arrive, event => ((events[event]?.length ?? Number.NaN) <= cut ? event : event + 0.5));
    }
  });

  test('is for the reader of events what lies between its blank lines', () => {
    const read: SseEvent[] = [];
    const reader = new SseReader();
    for (const byte of bytes) {
      reader.read(Buffer.of(byte), 0, 1);
      if (reader.event !== null) read.push(reader.event);
    }
    expect(read).toEqual(
      events.map(event => ({name: 'message', data: event.toString('utf8').replace(/^data: (.*)\n\n$/s, '$1')})),
    );
  });
});
