import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {suites} from '../../suites/index.ts';
import {CutoverError} from '../errors.ts';
import {projectRoot} from '../root.ts';
import {loadsOf} from '../schema/stage.ts';
import type {TraceIndex, TraceRow} from '../schema/trace.ts';
import {endlessShare} from './endless-cache.ts';
import {indexTrace} from './index-trace.ts';
import {traceRows} from './trace-rows.ts';

const mebibyte = 2 ** 20;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Of JavaScript's heap and of array buffers, without what is not needed any more. */
const heldBytes = (): number => {
  collectGarbage();
  collectGarbage(); // array buffers that the first one found are only counted out by the next
  const {heapUsed, arrayBuffers} = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutover-traces-'));
});
afterAll(() => rm(folder, {recursive: true}));

let files = 0;
const write = async (lines: readonly string[], extension = 'jsonl') => {
  files += 1;
  const path = join(folder, `${files}.${extension}`);
  await writeFile(path, lines.join('\n'));
  return path;
};

const plain = (promptTokens: number, outputTokens: number, session: string | null = null): TraceRow => ({
  promptTokens,
  outputTokens,
  hashIds: [],
  session,
});

describe('rows are read from', () => {
  test.each([
    [
      'Mooncake',
      [
        '{"timestamp": 0, "input_length": 700, "output_length": 52, "hash_ids": [4, 5]}',
        '{"timestamp": 9, "input_length": 512, "output_length": 1, "hash_ids": [4]}',
      ],
      [
        {promptTokens: 700, outputTokens: 52, hashIds: [4, 5], session: null},
        {promptTokens: 512, outputTokens: 1, hashIds: [4], session: null},
      ],
      512,
    ],
    [
      'Qwen-Bailian, whose blocks are 16 tokens and whose chats are told by them',
      [
        '{"chat_id": 1, "parent_chat_id": -1, "timestamp": 0, "input_length": 33, "output_length": 5, "type": "text", "turn": 1, "hash_ids": [1, 2, 3]}',
        '{"chat_id": 2, "parent_chat_id": 1, "timestamp": 1, "input_length": 40, "output_length": 5, "type": "text", "turn": 2, "hash_ids": [1, 2, 4]}',
      ],
      [
        {promptTokens: 33, outputTokens: 5, hashIds: [1, 2, 3], session: null},
        {promptTokens: 40, outputTokens: 5, hashIds: [1, 2, 4], session: null},
      ],
      16,
    ],
    [
      'Azure',
      [
        '\ufeffTIMESTAMP,ContextTokens,GeneratedTokens',
        '2023-11-16 18:15:46.6805900,374,44',
        '2023-11-16 18:15:50.9951690,396,109',
        '',
      ],
      [plain(374, 44), plain(396, 109)],
      512,
    ],
    [
      'BurstGPT',
      [
        'Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type',
        '5,ChatGPT,472,18,490,Log',
        '45,GPT-4,1087,230,1317,Log',
      ],
      [plain(472, 18), plain(1087, 230)],
      512,
    ],
    [
      "BurstGPT's sessions, which some requests are not in",
      ['Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens', '5,a,1,m,7,8', '6,,2,m,9,10'],
      [plain(7, 8, 'a'), plain(9, 10)],
      512,
    ],
    [
      'plain columns in any order, quoted or not',
      ['session;"prompt_tokens";output_tokens;time_ms', '"a;b";20;3;5', 'c;21;4;7.5'],
      [plain(20, 3, 'a;b'), plain(21, 4, 'c')],
      512,
    ],
    [
      'plain JSONL',
      [
        '{"time": 0.5, "prompt_tokens": 20, "output_tokens": 3, "conversation_id": 7}',
        '{"time": 1, "prompt_tokens": 21, "output_tokens": 4}',
      ],
      [plain(20, 3, '7'), plain(21, 4)],
      512,
    ],
  ])('%s', async (_, lines, rows, blockTokens) => {
    const trace = await indexTrace(await write(lines));
    const rowAt = traceRows(trace.index);
    expect(rows.map((__, index) => rowAt(index))).toEqual(rows);
    expect(rowAt(rows.length)).toBeNull();
    expect(trace.blockTokens).toBe(blockTokens);
    expect(trace.timesMs).toHaveLength(rows.length);
  });
});

test('the time is taken from the column of that name', async () => {
  const lines = ['session,prompt_tokens,output_tokens,time_ms', 'a,20,3,5', 'b,21,4,7.5'];
  expect([...(await indexTrace(await write(lines, 'csv'))).timesMs]).toEqual([5, 7.5]);
});

describe('what has no prompts to replay is refused with the line, the reason and the fix', () => {
  const good = '{"timestamp": 0, "input_length": 700, "output_length": 52, "hash_ids": [4, 5]}';
  test.each([
    ['times alone', ['1', '2'], /names no lengths: "1"/, /--suite chat/],
    [
      'no length',
      [good, '{"timestamp": 1, "output_length": 5}'],
      /line 2 has no "input_length" of 1 or more/,
      /delete/,
    ],
    [
      'no output',
      ['time,prompt_tokens,output_tokens', '1,5,5', '', '2,5,0'],
      /line 4 has no "output_tokens"/,
      /failed/,
    ],
    [
      'half a token',
      [good, '{"timestamp": 1, "input_length": 1.5, "output_length": 5}'],
      /line 2 has no "input_l/,
      /./,
    ],
    [
      'ids that are no list',
      [good, '{"timestamp": 1, "input_length": 5, "output_length": 5, "hash_ids": 3}'],
      /line 2 has no list of numbers or words as "hash_ids"/,
      /./,
    ],
    [
      'more ids than the prompt has blocks',
      [good, '{"timestamp": 1, "input_length": 600, "output_length": 5, "hash_ids": [1, 2, 3, 4, 5, 6]}'],
      /line 2 has 6 hash ids for 600 tokens/,
      /same number of tokens/,
    ],
  ])('%s', async (_, lines, message, hint) => {
    const error: unknown = await indexTrace(await write(lines)).catch(thrown => thrown);
    expect(error).toBeInstanceOf(CutoverError);
    expect(error).toMatchObject({
      code: 'BAD_OPTIONS',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });
});

test('a file that changes while it is replayed is refused', async () => {
  const lines = ['time,prompt_tokens,output_tokens', '1,5,5', '2,5,6'];
  const path = await write(lines);
  const {index} = await indexTrace(path);
  await writeFile(path, lines.slice(0, 2).join('\n'));
  expect(() => traceRows(index)(0)).toThrow(/was changed while it was replayed/);
});

describe('a long trace', () => {
  const count = 200_000;
  let index: TraceIndex;
  let indexedBytes = 0;
  beforeAll(async () => {
    const path = await write(
      Array.from(
        {length: count},
        (_, row) =>
          `{"timestamp": ${row}, "é": "", "input_length": ${1025 + (row % 512)}, "output_length": ${1 + (row % 300)}, "hash_ids": [0, ${1 + (row % 7)}, ${8 + row}]}`,
      ),
    );
    const before = heldBytes();
    const trace = await indexTrace(path);
    indexedBytes = heldBytes() - before - trace.timesMs.byteLength;
    ({index} = trace);
  }, 60_000);

  test('is read in little memory: nothing of its rows is kept but their times, and 16 bytes for every 16 kB', () => {
    // All lines together have 18 MB.
    expect(indexedBytes).toBeLessThan(3 * mebibyte);
    expect(index.rows).toBe(count);
    expect(index.stretchRows.length).toBe(index.stretchBytes.length);
    expect(index.stretchRows.length).toBeLessThanOrEqual(Math.ceil(index.bytes / 16_384));
  });

  test('is walked through in little memory, and every row is right', {timeout: 60_000}, () => {
    const rowAt = traceRows(index);
    const before = heldBytes();
    let [wrong, most] = [0, 0];
    for (let row = 0; row < count; row += 1) {
      const read = rowAt(row);
      if (read?.promptTokens !== 1025 + (row % 512) || read.hashIds[2] !== 8 + row) wrong += 1;
      if (row % 60_000 === 59_999) most = Math.max(most, heldBytes() - before);
    }
    expect(wrong).toBe(0);
    expect(most).toBeLessThan(3 * mebibyte);
  });

  test('gives any row, whatever was asked before', () => {
    const rowAt = traceRows(index);
    for (const row of [count - 1, 0, 77_777, 77_778, 3, 150_000]) expect(rowAt(row)?.hashIds[2]).toBe(8 + row);
    expect(rowAt(count)).toBeNull();
  });
});

test('an endless cache has the leading blocks that came before, and what sessions said before', async () => {
  const blocks = await indexTrace(
    await write([
      '{"timestamp": 0, "input_length": 1024, "output_length": 1, "hash_ids": [0, 1]}',
      '{"timestamp": 1, "input_length": 1000, "output_length": 1, "hash_ids": [0, 2]}',
      // All three blocks were there, but not as a beginning.
      '{"timestamp": 2, "input_length": 1536, "output_length": 1, "hash_ids": [2, 1, 0]}',
    ]),
  );
  expect(endlessShare(blocks.index, blocks.blockTokens, 3)).toBe(512 / (1024 + 1000 + 1536));
  expect(endlessShare(blocks.index, blocks.blockTokens, 1)).toBe(0);
  const sessions = await indexTrace(
    await write(
      ['time,prompt_tokens,output_tokens,session', '1,100,1,a', '2,50,1,b', '3,130,1,a', '4,70,1,a', '5,50,1,'],
      'csv',
    ),
  );
  expect(endlessShare(sessions.index, sessions.blockTokens, 5)).toBe((100 + 70) / (100 + 50 + 130 + 70 + 50));
});

test('our own trace is what its suite says it is', async () => {
  const own = await indexTrace(join(projectRoot, 'fixtures', 'traces', 'code-search.jsonl'));
  const {file, sha256, blockTokens, timesMs, index} = own;
  const [stage] = suites.trace.stages.flatMap(loadsOf);
  expect(stage?.workload).toEqual({kind: 'trace', file, sha256, rows: index.rows, blockTokens});
  expect(stage?.load).toMatchObject({requests: index.rows, trace: {file, sha256, speed: 1, arrivals: index.rows}});
  const seconds = ((timesMs.at(-1) ?? 0) - (timesMs[0] ?? 0)) / 1000;
  expect(stage?.load).toMatchObject({ratePerSecond: Number(((index.rows - 1) / seconds).toPrecision(6))});
  expect(endlessShare(index, blockTokens, index.rows)).toBeCloseTo(0.651, 3);
});
