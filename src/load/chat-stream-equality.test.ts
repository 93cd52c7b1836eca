import {globSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test, vi} from 'vitest';
import type {Engine} from '../engines/engine.ts';
import {engines} from '../engines/index.ts';
import {untoldFacts} from '../engines/untold-facts.ts';
import {projectRoot} from '../root.ts';
import {seededRandom} from '../workloads/random.ts';
import {ChatStream, StreamMemory} from './chat-stream.ts';
import {ReferenceStream} from './test-reference-stream.ts';

/**
 * What the bytes say must be what the strings say: chat-stream.ts against the reader that parses every event. A longer
 * fuzz: `FUZZ_MUTATIONS=1000000 npx vitest run src/load/chat-stream-equality.test.ts`.
 */
const mutations = Number(process.env.FUZZ_MUTATIONS ?? 20_000);

const facts = {...untoldFacts, reportsCachedTokens: true};

const meaningOf = (stream: ChatStream | ReferenceStream) => ({
  firstChunkMs: stream.firstChunkMs,
  tokenEventsMs: stream.tokenEventsMs,
  usage: stream.usage,
  finishReason: stream.finishReason,
  done: stream.done,
  tokensPerEvent: stream.tokensPerEvent,
  failure: stream.failure(),
});

const byReference = (pieces: readonly Buffer[], engine = engines.sglang) => {
  const stream = new ReferenceStream(engine, facts);
  for (const [index, piece] of pieces.entries()) stream.feed(piece, index + 1);
  return meaningOf(stream);
};

/** What all streams of one engine that were read so far have left behind. */
const memories = new Map<Engine, StreamMemory>();
const memoryOf = (engine: Engine) => {
  const memory = memories.get(engine) ?? new StreamMemory();
  memories.set(engine, memory);
  return memory;
};

/** As sockets read: every piece into the same buffer, with what was there before still behind it. */
const byBytes = (pieces: readonly Buffer[], engine: Engine = engines.sglang, remembered = false) => {
  const stream = new ChatStream(engine, facts, remembered ? memoryOf(engine) : new StreamMemory());
  const shared = Buffer.alloc(
    2 + pieces.reduce((longest, {length}) => Math.max(longest, length), 0) * 2,
    'data: {}\n\n',
  );
  for (const [index, piece] of pieces.entries()) {
    const start = index % 3;
    piece.copy(shared, start);
    stream.feed(shared, start, start + piece.length, index + 1);
  }
  return meaningOf(stream);
};

const expectEqual = (pieces: readonly Buffer[], engine = engines.sglang) => {
  const reference = byReference(pieces, engine);
  // The first of its server, and one that comes after all the others.
  // Strings first: toEqual explains a difference, and takes ten times as long to see that there is none.
  for (const seen of [byBytes(pieces, engine), byBytes(pieces, engine, true)])
    if (JSON.stringify(seen) !== JSON.stringify(reference))
      expect(seen, JSON.stringify(Buffer.concat(pieces).toString('latin1'))).toEqual(reference);
};

const cutAt = (bytes: Buffer, cuts: readonly number[]): Buffer[] => {
  const at = [0, ...cuts.map(cut => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
};

const recorded = globSync('fixtures/streams/*/*.sse', {cwd: projectRoot})
  .toSorted()
  .map(file => [file, readFileSync(join(projectRoot, file))] as const);

/** Its beginning and its end: between them every event is like the one before it. */
const shortened = (bytes: Buffer): Buffer => {
  const events = bytes.toString().split(/(?<=\n\n)/);
  return Buffer.from([...events.slice(0, 5), ...events.slice(-4)].join(''));
};

test('there are streams of both engines, with and without counts in every event', () =>
  expect(recorded).toHaveLength(9));

describe.each(recorded)('%s', (file, bytes) => {
  const engine = file.includes('vllm') ? engines.vllm : engines.sglang;

  test('means the same to both readers, in one piece, byte by byte and in two pieces wherever the cut is', () => {
    expect(byBytes([bytes]).failure).toBeNull();
    expectEqual([bytes], engine);
    expectEqual(
      [...bytes].map(byte => Buffer.of(byte)),
      engine,
    );
    const cuttable = bytes.length > 6_000 ? shortened(bytes) : bytes; // the work grows with the square of the length
    for (let cut = 1; cut < cuttable.length; cut += 1)
      expectEqual([cuttable.subarray(0, cut), cuttable.subarray(cut)], engine);
  });

  test('means the same with line ends of other kinds', () => {
    for (const lineEnd of ['\r\n', '\r'])
      expectEqual([Buffer.from(bytes.toString().replaceAll('\n', lineEnd))], engine);
  });

  test('needs JSON.parse for few of its events', () => {
    const events = bytes.toString().split('\n\n');
    const pieces = events.map(event => Buffer.from(`${event}\n\n`));
    const parse = vi.spyOn(JSON, 'parse');
    byBytes(pieces, engine);
    // The role, the first token and its proof, the finish, the usage, and a second proof where counts changed shape.
    expect(parse.mock.calls.length).toBeLessThanOrEqual(7);
    parse.mockRestore();
  });
});

type Write = (value: unknown) => string;

/** JSON in other words: white space, escapes, and keys in another order. */
const writerOf =
  (space: string, escaped: boolean, reversed: boolean): Write =>
  value => {
    const write = writerOf(space, escaped, reversed);
    if (Array.isArray(value)) return `[${value.map(write).join(`,${space}`)}]`;
    if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value).map(
        ([key, item]) => `${JSON.stringify(key)}${space}:${space}${write(item)}`,
      );
      return `{${(reversed ? entries.reverse() : entries).join(`,${space}`)}}`;
    }
    if (typeof value !== 'string' || !escaped) return JSON.stringify(value);
    return `"${[...value].map(char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`;
  };

const text = fc.oneof(
  fc.constantFrom(
    '',
    ' a',
    '"',
    '\\',
    '"finish_reason":"stop"',
    '","finish_reason":"stop","x":"',
    '{"error":{"message":"no"}}',
    '\ndata: {"choices":[{"delta":{"content":"x"}}]}\n\n',
    '"usage":{"completion_tokens":99}',
    '}}]}',
    '"content":"b"',
    '[DONE]',
    '\u2028',
    '\u0000',
    '\ud800',
  ),
  fc.string({unit: 'grapheme', maxLength: 6}),
  fc.string({unit: 'binary', maxLength: 6}),
);

const chunk = fc.record(
  {
    id: fc.constantFrom('a', 'chatcmpl-"1"', '"content":"'),
    object: fc.constantFrom('chat.completion.chunk', 'error'),
    content: text,
    channel: fc.constantFrom('content', 'reasoning', 'reasoning_content', 'text', 'other'),
    finish_reason: fc.constantFrom(null, 'stop', '', 5),
    count: fc.oneof(fc.nat(300), fc.constantFrom(-1, 1.5, 1e21, null, '5')),
    error: fc.constantFrom(null, {message: 'no'}),
  },
  {requiredKeys: ['content']},
);

type Chunk = typeof chunk extends fc.Arbitrary<infer Value> ? Value : never;

const chunkOf = ({content, channel = 'content', finish_reason = null, count, error, id = 'a', object}: Chunk) => ({
  id,
  ...(object === undefined ? {} : {object}),
  ...(error === undefined ? {} : {error}),
  choices: [
    channel === 'text'
      ? {index: 0, text: content, finish_reason}
      : {index: 0, delta: {reasoning_content: null, [channel]: content}, logprobs: null, finish_reason},
  ],
  ...(count === undefined
    ? {}
    : {
        usage: {prompt_tokens: 7, total_tokens: 9, completion_tokens: count, prompt_tokens_details: {cached_tokens: 3}},
      }),
});

const stream = fc
  .record({
    // Mostly one kind of event with other contents, as streams are.
    kind: chunk,
    contents: fc.array(fc.tuple(text, fc.nat(300)), {maxLength: 12}),
    others: fc.array(fc.tuple(fc.nat(12), chunk), {maxLength: 3}),
    write: fc.tuple(fc.constantFrom('', ' ', '\t '), fc.boolean(), fc.boolean()).map(args => writerOf(...args)),
    field: fc.constantFrom('data: ', 'data:', ': ping\n\ndata: ', 'event: x\ndata: ', 'data: \ndata: '),
    lineEnd: fc.constantFrom('\n', '\n', '\r\n', '\r'),
    end: fc.constantFrom('data: [DONE]\n\n', '', 'data: {'),
  })
  .map(({kind, contents, others, write, field, lineEnd, end}) => {
    const chunks = contents.map(([content, count]) =>
      chunkOf({...kind, content, ...(typeof kind.count === 'number' ? {count} : {})}),
    );
    for (const [at, other] of others) chunks.splice(at, 0, chunkOf(other));
    const events = chunks.map((each, index) => `${index % 4 === 3 ? field : 'data: '}${write(each)}\n\n`);
    return Buffer.from((events.join('') + end).replaceAll('\n', lineEnd));
  });

test('any stream means the same to both readers, in any pieces', () => {
  fc.assert(
    fc.property(stream, fc.array(fc.nat(), {maxLength: 4}), (bytes, cuts) => {
      expectEqual(cutAt(bytes, cuts));
    }),
    {numRuns: 5000},
  );
});

const words = [
  '"',
  '\\',
  '\\"',
  '\\u12',
  '\\u0041',
  '{',
  '}',
  ',',
  ':',
  '\n',
  '\r',
  '\n\n',
  'data: ',
  'data: [DONE]\n\n',
  'event: error\n',
  '"content":"x"',
  '"content":""',
  '"finish_reason":"stop"',
  '"error":{"message":"no"},',
  '"usage":null',
  '"completion_tokens":7',
  '0',
  '9999999999999999',
  '-1',
  '1e3',
  'null',
  '\0',
  '\xff',
  '\xef\xbb\xbf',
].map(word => Buffer.from(word, 'latin1'));

/** Changes a stream in one to four places: a byte, a piece left out, written twice, or a word put in. */
const mutate = (bytes: Buffer, random: () => number): Buffer => {
  const below = (limit: number) => Math.floor(random() * limit);
  let changed = Buffer.from(bytes);
  for (let left = 1 + below(4); left > 0; left -= 1) {
    const start = below(changed.length + 1);
    const end = Math.min(changed.length, start + below(random() < 0.5 ? 4 : 400));
    const [before, piece, after] = [changed.subarray(0, start), changed.subarray(start, end), changed.subarray(end)];
    const word = words[below(words.length)] as Buffer;
    const byte = Buffer.of(below(256));
    const middles = [
      [byte],
      [],
      [piece, piece],
      [word],
      [word, piece],
      [piece, changed.subarray(below(start + 1), start)],
    ];
    changed = Buffer.concat([before, ...(middles[below(middles.length)] as Buffer[]), after]);
  }
  return changed;
};

test(`${mutations} mutated recordings mean the same to both readers`, {timeout: 60_000 + mutations}, () => {
  const random = seededRandom(20_261_121);
  const short = recorded.map(([, bytes]) => shortened(bytes));
  for (let round = 0; round < mutations; round += 1) {
    const bytes = mutate(short[round % short.length] as Buffer, random);
    const pieces = cutAt(
      bytes,
      round % 3 === 0 ? [] : [Math.floor(random() * bytes.length), Math.floor(random() * bytes.length)],
    );
    expectEqual(pieces);
  }
});
