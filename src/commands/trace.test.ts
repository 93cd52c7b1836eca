import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import type {RunRecord} from '../schema/record.ts';
import type {ChatRequest} from '../schema/request.ts';
import {dialectNames} from '../simulator/calibration.ts';
import {encodeChat} from '../simulator/tokenizer.ts';
import {indexTrace} from '../traces/index-trace.ts';
import {traceSessions} from '../traces/trace-sessions.ts';
import {DataHash} from '../workloads/data-hash.ts';
import {seededRandom} from '../workloads/random.ts';
import {tokenLengthOf} from '../workloads/token-estimate.ts';
import {benchHere, simulatorThread} from './test-cutover.ts';

/** Three that share two blocks, a conversation of three turns, one sent twice, and two that share nothing. */
const lists = [[1, 2, 3], [1, 2, 4], [9], [1, 2, 3, 5], [1, 2, 5], [1, 2, 3, 5, 6], [7, 8], [7, 8], [2, 1]];
const blockTokens = 64;
const lines = lists.map((hashIds, row) =>
  JSON.stringify({
    timestamp: 5000 + 40 * row,
    input_length: hashIds.length * blockTokens - (row % 3),
    output_length: 1 + (row % 2),
    hash_ids: hashIds,
  }),
);

const run = async (dialect: string, content: readonly string[], ...words: readonly string[]) => {
  await using place = await temporaryFolder();
  await using simulator = await simulatorThread(dialect);
  const path = join(place.path, 'trace.jsonl');
  await writeFile(path, content.join('\n'));
  const options = ['--engine', dialect, '--attach', simulator.url, '--suite', 'trace', '--trace', path];
  const fixed = ['--repetitions', '1', '--warmup', '0', '--format', 'csv'];
  const {failure, record, samples} = await benchHere(join(place.path, 'run'), ...options, ...fixed, ...words);
  expect(failure).toBeNull();
  const truth = await simulator.truth();
  const trace = await indexTrace(path);
  return {
    record,
    trace,
    samples: samples.toSorted((one, other) => one.index - other.index),
    truth,
    ...sent(record, trace),
  };
};

/** What the run must have sent, row by row, and its hash. */
const sent = (
  {tokenLengths, trials}: RunRecord,
  {index, blockTokens: tokens}: Awaited<ReturnType<typeof indexTrace>>,
) => {
  const seed = Math.floor(seededRandom(1, 'measured', trials[0]?.suite ?? '', 1)() * 2 ** 31);
  const workload = {kind: 'trace', file: '', sha256: '', rows: index.rows, blockTokens: tokens} as const;
  const sessionAt = traceSessions(workload, index, seed, tokenLengthOf(tokenLengths, 'chat'));
  const hash = new DataHash();
  const prompts: number[][] = [];
  for (let row = 0; row < index.rows; row += 1) {
    const session = sessionAt(row);
    if (session === null) throw new Error(`no row ${row}`);
    hash.add(row, session);
    prompts.push(encodeChat((session.requests[0] as ChatRequest).messages));
  }
  return {dataHash: hash.digest(), prompts};
};

/** Tokens that a prompt begins with like one of those before it; its last one is never taken from a cache. */
const commonTokens = (prompts: readonly (readonly number[])[], row: number): number => {
  const prompt = prompts[row] ?? [];
  const common = prompts.slice(0, row).map(other => {
    const end = prompt.findIndex((token, place) => token !== other[place]);
    return end < 0 ? prompt.length : end;
  });
  return Math.min(Math.max(0, ...common), prompt.length - 1);
};

describe.each(dialectNames)('%s', dialect => {
  const pageTokens = {vllm: 16, sglang: 1}[dialect];

  test('rows sent one after the other have exactly their common blocks from the cache', async () => {
    const {record, samples, truth, dataHash, prompts} = await run(dialect, lines, '--max-in-flight', '1');
    expect(record.trials[0]).toMatchObject({dataHash, workload: {kind: 'trace', rows: lists.length, blockTokens}});
    expect(samples).toHaveLength(lists.length);
    for (const [row, {id, promptTokens, outputTokens, cachedPromptTokens}] of samples.entries()) {
      const {promptTokens: true_, ...server} = truth.get(id) ?? {promptTokens: -1, cachedPromptTokens: -1};
      expect([promptTokens, cachedPromptTokens]).toEqual([true_, server.cachedPromptTokens]);
      expect([promptTokens, outputTokens]).toEqual([prompts[row]?.length, 1 + (row % 2)]);
      // The first one may share the template's beginning with the question that proved the cache cold.
      if (row > 0) expect(cachedPromptTokens).toBe(Math.floor(commonTokens(prompts, row) / pageTokens) * pageTokens);
    }
    // Rows 1 and 3 begin with two and three blocks that were there: more than half of what they are.
    for (const row of [1, 3])
      expect(samples[row]?.cachedPromptTokens).toBeGreaterThan((samples[row]?.promptTokens ?? 0) / 2);
    // As whole beginnings: 2 of 3, 0, 3 of 4, 2 of 3, 4 of 5, 0, 2 of 2, 0 blocks; row 7 is one token short of its two.
    const shared = [0, 2, 0, 3, 2, 4, 0, 2, 0].map((blocks, row) =>
      Math.min(blocks * blockTokens, (lists[row]?.length ?? 0) * blockTokens - (row % 3)),
    );
    const all = lists.reduce((sum, ids, row) => sum + ids.length * blockTokens - (row % 3), 0);
    const percent = ((100 * shared.reduce((sum, tokens) => sum + tokens, 0)) / all).toFixed(1);
    const [finding] = (record.trials[0]?.findings ?? []).filter(({code}) => code === 'trace-reuse');
    expect(finding?.message).toContain(`${percent} %`);
  });

  test("two threads send the same at the trace's times, and count the cached tokens as the server does", async () => {
    const {record, samples, truth, dataHash} = await run(dialect, lines, '--trace-speed', '4', '--workers', '2');
    expect(record.trials[0]).toMatchObject({dataHash, client: {workers: 2}, load: {arrivals: 'trace'}});
    const byTime = samples.toSorted((one, other) => (one.scheduledMs ?? 0) - (other.scheduledMs ?? 0));
    expect(byTime.map(({scheduledMs}) => scheduledMs)).toEqual(lists.map((_, row) => 10 * row));
    expect(byTime.map(({id}) => id)).toEqual(lists.map((_, row) => `t0.trace-${row}`));
    for (const {id, cachedPromptTokens} of samples)
      expect(cachedPromptTokens).toBe(truth.get(id)?.cachedPromptTokens ?? -1);
  });

  test('a session of plain rows has its earlier prompts from the cache', async () => {
    const rows = [
      'time_ms,prompt_tokens,output_tokens,session',
      '0,100,2,a',
      '1,90,2,b',
      '2,180,2,a',
      '3,300,2,a',
      '4,120,2,',
    ];
    const {samples, prompts} = await run(dialect, rows, '--max-in-flight', '1');
    const cached = samples.slice(1).map(({cachedPromptTokens}) => cachedPromptTokens);
    expect(cached).toEqual([1, 2, 3, 4].map(row => Math.floor(commonTokens(prompts, row) / pageTokens) * pageTokens));
    expect(cached[1]).toBeGreaterThan(60);
    expect(cached[2]).toBeGreaterThan(120);
    expect(cached[3]).toBeLessThan(16);
  });
});

test('without a file our own trace is replayed, ended by --requests; other suites take only the times of a trace', async () => {
  await using place = await temporaryFolder();
  const path = join(place.path, 'trace.jsonl');
  await writeFile(path, lines.join('\n'));
  const common = [
    '--engine',
    'sglang',
    '--runtime',
    'embedded',
    '--repetitions',
    '1',
    '--warmup',
    '0',
    '--format',
    'csv',
  ];
  const own = await benchHere(
    join(place.path, 'own'),
    ...common,
    '--suite',
    'trace',
    '--requests',
    '4',
    '--trace-speed',
    '20',
  );
  expect(own.record.trials).toMatchObject([
    {counts: {ok: 4, failed: 0}, workload: {kind: 'trace', file: 'code-search.jsonl', rows: 677, blockTokens: 512}},
  ]);
  const times = await benchHere(
    join(place.path, 'times'),
    ...common,
    '--suite',
    'chat',
    '--trace',
    path,
    '--output-tokens',
    '2',
  );
  expect(times.record.trials).toMatchObject([
    {counts: {ok: lists.length}, workload: {kind: 'chat'}, load: {arrivals: 'trace', trace: {file: 'trace.jsonl'}}},
  ]);
});
