import {describe, expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import type {RunRecord} from '../schema/record.ts';
import type {ChatRequest} from '../schema/request.ts';
import type {Trial} from '../schema/trial.ts';
import type {WorkloadSpec} from '../schema/workload.ts';
import {dialectNames} from '../simulator/calibration.ts';
import {encodeChat} from '../simulator/tokenizer.ts';
import type {TruthRow} from '../simulator/truth.ts';
import {asked} from '../workloads/chat.ts';
import {DataHash} from '../workloads/data-hash.ts';
import {sessionsOf} from '../workloads/index.ts';
import {tokenLengthOf} from '../workloads/token-estimate.ts';
import {seedFor} from './prepare-trial.ts';
import {benchHere, simulatorThread} from './test-cutover.ts';

const pageTokens = {vllm: 16, sglang: 1};

/** Suites on an engine that nobody else uses, one request at a time, and what the engine knows of each request. */
const measured = async (dialect: string, words: string, kvTokens = 1_000_000) => {
  await using place = await temporaryFolder();
  await using simulator = await simulatorThread(dialect, {kvTokens, speed: 20});
  const given = `--engine ${dialect} --attach ${simulator.url} --repetitions 1 --format csv --warmup 0`;
  const {failure, record, samples, stdout} = await benchHere(
    place.path,
    ...`${given} --concurrency 1 --prompt-tokens 512 --output-tokens 4 ${words}`.split(' '),
  );
  expect(failure).toBeNull();
  const truth = await simulator.truth();
  const rowsOf = ({index}: Trial) =>
    samples
      .filter(({trial}) => trial === index)
      .map(sample => ({sample, row: truth.get(sample.id) as TruthRow}))
      .sort((a, b) => a.row.receivedMs - b.row.receivedMs);
  return {record, stdout, rowsOf};
};
type Rows = ReturnType<Awaited<ReturnType<typeof measured>>['rowsOf']>;

/** The requests of a trial once more, from what its record says; that they are the same bytes is proved by their hash. */
const requestsOf = (record: RunRecord, trial: Trial): readonly ChatRequest[] => {
  const tokenLength = tokenLengthOf(record.tokenLengths, 'chat');
  const seed = seedFor(record.seed, 'measured', trial.suite, trial.repetition);
  const sessionAt = sessionsOf(trial.workload as Exclude<WorkloadSpec, {kind: 'trace'}>, seed, tokenLength);
  const hash = new DataHash();
  const requests: ChatRequest[] = [];
  for (let index = 0; requests.length < (trial.load.requests ?? 0); index += 1) {
    const session = sessionAt(index);
    if (session === null) throw new Error(`${trial.suite} ended after ${index} sessions`);
    hash.add(index, session);
    requests.push(...(session.requests as ChatRequest[]));
  }
  expect(hash.digest()).toBe(trial.dataHash);
  return requests;
};

const commonTokens = (a: readonly number[], b: readonly number[]) => {
  let common = 0;
  while (common < a.length && a[common] === b[common]) common += 1;
  return common;
};

/** What a prefix cache of endless size has of each prompt: whole pages of what an earlier one begins with, never the last token. */
const cachedOf = (requests: readonly ChatRequest[], page: number): number[] => {
  // The canary, which has no system prompt, was there first.
  const before = [encodeChat([{role: 'user', content: ''}])];
  return requests.map(({messages}) => {
    const tokens = encodeChat(messages);
    const common = Math.max(...before.map(earlier => commonTokens(tokens, earlier)));
    before.push(tokens);
    return Math.floor(Math.min(common, tokens.length - 1) / page) * page;
  });
};

/** The most that prompts about different contexts share: the system prompt, and of the names after it what is alike by chance. */
const systemTokens =
  8 + commonTokens(...(['0', 'a'].map(content => encodeChat([...asked(content)])) as [number[], number[]]));

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

/** The record's numbers of a trial are the engine's own, request by request and summed up. */
const expectTruth = (trial: Trial, rows: Rows) => {
  for (const {sample, row} of rows)
    expect(sample).toMatchObject({
      outcome: 'ok',
      promptTokens: row.promptTokens,
      cachedPromptTokens: row.cachedPromptTokens,
      outputTokens: row.outputTokens,
    });
  const [prompt, cached] = [
    sum(rows.map(({row}) => row.promptTokens)),
    sum(rows.map(({row}) => row.cachedPromptTokens)),
  ];
  expect(trial).toMatchObject({promptTokens: prompt, cachedPromptTokens: cached, counts: {ok: rows.length, failed: 0}});
  expect(trial.prefixHits).toEqual({byRequests: cached / prompt, byCounters: cached / prompt});
  for (const {turn, n, promptTokens, cachedPromptTokens} of trial.turns) {
    const mine = rows.filter(({sample}) => sample.turn === turn).map(({row}) => row);
    expect([n, promptTokens, cachedPromptTokens]).toEqual([
      mine.length,
      sum(mine.map(row => row.promptTokens)),
      sum(mine.map(row => row.cachedPromptTokens)),
    ]);
  }
};

describe.each(dialectNames)('%s', dialect => {
  const page = pageTokens[dialect];
  test('the cached tokens of every request are what a prefix cache must have', async () => {
    const suites = '--suite cache-repeat --suite branches --suite prefix --suite warm-prefix --suite chat-shared';
    const {record, rowsOf, stdout} = await measured(dialect, `${suites} --contexts 2 --requests 12`);
    expect(record.trials).toHaveLength(3 + 2 + 4);
    for (const trial of record.trials) {
      const rows = rowsOf(trial);
      expectTruth(trial, rows);
      expect(rows.map(({row}) => row.cachedPromptTokens)).toEqual(cachedOf(requestsOf(record, trial), page));
      expect(stdout.split('\nturns ')[1]?.includes(`\n${trial.suite} `)).toBe(trial.workload.kind !== 'chat');
    }
    const repeated = record.trials.find(({suite}) => suite === 'cache-repeat') as Trial;
    expect(repeated.turns.map(({turn, n}) => [turn, n])).toEqual([
      [1, 4],
      [2, 4],
      [3, 4],
    ]);
    for (const {sample, row} of rowsOf(repeated))
      if (sample.turn > 1) expect(row.cachedPromptTokens).toBe(Math.floor((row.promptTokens - 1) / page) * page);
  });

  test('eviction: contexts that fit are all found again, and of contexts that do not fit none is', async () => {
    const {record, rowsOf} = await measured(dialect, '--suite eviction', 8192);
    const [fits, over] = record.trials as [Trial, Trial];
    expect(fits).toMatchObject({workload: {contexts: 8}, load: {requests: 16}});
    expect(over).toMatchObject({workload: {contexts: 24}, load: {requests: 48}});
    for (const trial of [fits, over]) expectTruth(trial, rowsOf(trial));

    const found = rowsOf(fits).map(({row}) => row.cachedPromptTokens);
    expect(found).toEqual(cachedOf(requestsOf(record, fits), page));
    expect(Math.min(...found.slice(8))).toBeGreaterThan(400);
    // The least recently used goes first, and that is always the one that is asked about next.
    const ofOthers = rowsOf(over).map(({row}) => row.cachedPromptTokens);
    expect(Math.max(...ofOthers)).toBeLessThanOrEqual(systemTokens);
  });
});
