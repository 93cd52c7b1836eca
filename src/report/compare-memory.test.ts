import {describe, expect, test} from 'vitest';
import {exampleEmbedTrial, exampleRecord} from '../records/test-run.ts';
import type {RunRecord} from '../schema/record.ts';
import type {ServerMemory} from '../schema/server.ts';
import {compareRuns} from './compare.ts';
import {compareMemory} from './compare-memory.ts';
import {comparisonText} from './comparison-text.ts';
import {chatMemory, startedRecord} from './test-servers.ts';

const withMemory = (memory: Partial<ServerMemory>): RunRecord => {
  const record = startedRecord();
  const servers = record.engine.servers.map(server =>
    server.role === 'chat' ? {...server, memory: {...chatMemory, ...memory}} : server,
  );
  return {...record, engine: {...record.engine, servers}};
};

test('at equal KV tokens, what is reserved and what is needed compare', () => {
  const [chat, ...others] = compareMemory(startedRecord(), withMemory({processMiB: 63_175, kvTokens: 2_010_000}));
  expect(others).toEqual([]); // of the embedder neither run tells a whole
  expect(chat).toEqual({
    role: 'chat',
    numbers: [
      {title: 'reserved', unit: 'MiB', a: 66_500, b: 63_175, ratio: 0.95},
      {title: 'needed', unit: 'MiB', a: 21_500, b: 18_175, ratio: 18_175 / 21_500},
      {title: 'KV', unit: 'tok', a: 2_000_000, b: 2_010_000, ratio: 1.005},
    ],
    equalKv: true,
  });
});

describe('pools of different size', () => {
  test.each([
    [1_980_000, true], // 1 %
    [1_979_999, false],
    [null, false],
  ])('%s tokens beside 2000000: comparable %s', (kvTokens, equalKv) => {
    const [chat] = compareMemory(startedRecord(), withMemory({kvTokens}));
    expect(chat?.equalKv).toBe(equalKv);
    expect(chat?.numbers[0]?.ratio).toBe(equalKv ? 1 : null);
  });

  test('are said to be so, with what to do', () => {
    const smaller = withMemory({processMiB: 36_500, kvPoolMiB: 30_000, kvTokens: 1_000_000});
    expect(comparisonText(compareRuns(startedRecord(), smaller))).toContain(`
GPU memory of chat
                       A        B    B/A
  reserved  MiB    66500    36500      -
  needed    MiB    21500    14000  0.651
  KV        tok  2000000  1000000  0.500
  The KV pools are not of one size: what is reserved does not compare as it stands. Measure both with one --kv-tokens.
`);
  });
});

test('an encoder with a pool and one without compare by what they need, and nobody is sent for --kv-tokens', () => {
  const encoders = (memory: Partial<ServerMemory>): RunRecord => {
    const record = startedRecord();
    const [, embed] = record.engine.servers;
    if (embed === undefined || embed.memory === null) throw new Error('the example has an embedder');
    return {...record, engine: {...record.engine, servers: [{...embed, memory: {...embed.memory, ...memory}}]}};
  };
  const without = encoders({processMiB: 1166});
  const withPool = {
    ...encoders({processMiB: 11_020, kvPoolMiB: 9892, kvTokens: 281_444}),
    trials: [exampleEmbedTrial({kvUse: {maxShare: 0.01, maxTokens: 2814, readings: 1}})],
  };
  expect(comparisonText(compareRuns(without, withPool))).toContain(`
GPU memory of embed
                    A       B   B/A
  reserved  MiB  1166   11020     -
  needed    MiB  1166    1227  1.05
  KV        tok     -  281444     -
  The KV pools are not of one size, and an encoder has no use for one: compare what is needed.
`); // 11020 - 9892 x 0.99
});

test('two models without a KV cache compare', () => {
  const encoder = withMemory({kvTokens: null});
  expect(compareMemory(encoder, encoder)[0]).toMatchObject({
    equalKv: true,
    numbers: [{title: 'reserved', ratio: 1}, {}],
  });
});

test('records without memory compare as before', () => {
  expect(compareMemory(exampleRecord(), exampleRecord())).toEqual([]);
  expect(comparisonText(compareRuns(exampleRecord(), exampleRecord()))).not.toContain('GPU memory');
});
