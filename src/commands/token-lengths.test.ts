import {describe, expect, test} from 'vitest';
import {ofWords, tokenizerFile} from '../load/test-tokenizer.ts';
import {corpusText} from '../load/token-lengths.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import type {RunRecord} from '../schema/record.ts';
import type {RerankRequest} from '../schema/request.ts';
import type {Trial} from '../schema/trial.ts';
import type {Workload} from '../schema/workload.ts';
import {dialectNames} from '../simulator/calibration.ts';
import {encode} from '../simulator/tokenizer.ts';
import {sessionsOf} from '../workloads/index.ts';
import {tokenLengthOf} from '../workloads/token-estimate.ts';
import {seedFor} from './prepare-trial.ts';
import {benchHere, cutover, simulatorThread} from './test-cutover.ts';
import {openaiServer} from './test-openai-server.ts';

const chat = ['--suite', 'chat', '--repetitions', '1', '--warmup', '0', '--concurrency', '8', '--output-tokens', '2'];

const specialTokensOfPair = 4;

/** What usage has beside the documents themselves: with each, the question and the special tokens once more. */
const besideDocuments = (record: RunRecord, {workload, suite, repetition, counts}: Trial): number => {
  const {batch} = workload as Workload<'rerank'>;
  const seed = seedFor(record.seed, 'measured', suite, repetition);
  const sessionAt = sessionsOf(workload as Workload<'rerank'>, seed, tokenLengthOf(record.tokenLengths, 'rerank'));
  const requests = Array.from({length: counts.ok}, (_, index) => sessionAt(index)?.requests[0]);
  const besideOne = ({query}: RerankRequest) => batch * (encode(query).length + specialTokensOfPair);
  return requests.reduce((sum, request) => sum + besideOne(request as RerankRequest), 0);
};

/** Of a prompt or text of the trial, in the mean of all, by the server's usage. */
const meanTokens = (record: RunRecord, trial: Trial): number => {
  const {workload, counts, promptTokens} = trial;
  const items = counts.ok * ('batch' in workload ? workload.batch : 1);
  const beside = workload.kind === 'rerank' ? besideDocuments(record, trial) : 0;
  return ((promptTokens ?? Number.NaN) - beside) / items;
};

describe.each(dialectNames)('%s', dialect => {
  test.each([
    [128, '--suite embed --suite rerank --batch 32 --requests 10'],
    [256, '--suite embed --suite rerank --batch 32 --requests 10'],
    [256, '--suite chat --requests 192'],
    [512, '--suite chat --requests 96'],
    [2048, '--suite chat --requests 64'],
  ])('what the server has measured is within 2 percent of %i tokens: %s', async (tokens, words) => {
    await using place = await temporaryFolder();
    await using simulator = await simulatorThread(dialect, {speed: 100});
    const load = `--prompt-tokens ${tokens} --output-tokens 1 --repetitions 1 --warmup 0 --concurrency 8`;
    const attached = `--engine ${dialect} --attach ${simulator.url} ${words} ${load} --format markdown`;
    const {failure, record, stdout} = await benchHere(place.path, ...attached.split(' '));
    expect(failure).toBeNull();
    for (const {from, charactersPerToken, fixedTokens} of record.tokenLengths) {
      expect(from).toBe('server');
      expect(stdout).toContain(`by the server's tokenizer, ${charactersPerToken} characters a token plus `);
      expect(fixedTokens).toBeGreaterThan(0);
    }
    const off = record.trials.map(trial => [trial.suite, meanTokens(record, trial) / tokens - 1] as const);
    expect(off.filter(([, share]) => !(Math.abs(share) < 0.02))).toEqual([]);
  });
});

test('a tokenizer of the user goes before the server, which is found to disagree', async () => {
  await using place = await temporaryFolder();
  await using out = await temporaryFolder();
  await using simulator = await simulatorThread('vllm');
  const tokenizer = ['--tokenizer', `chat=${await tokenizerFile(place.path, ofWords)}`];
  const words = ['--engine', 'vllm', '--attach', simulator.url, ...tokenizer, ...chat];
  const {failure, record} = await benchHere(out.path, ...words, '--requests', '8', '--format', 'csv');
  expect(failure).toBeNull();
  const tokens = corpusText.split(/\s+/).filter(word => word !== '').length;
  expect(record.tokenLengths).toMatchObject([
    {role: 'chat', from: 'tokenizer', charactersPerToken: Math.round((corpusText.length / tokens) * 100) / 100},
  ]);
  expect(record.findings.map(({code}) => code)).toContain('token-count');
});

test('where nobody can be asked the estimate stands in, and the record says so', async () => {
  await using place = await temporaryFolder();
  await using server = await openaiServer();
  const words = ['--engine', 'openai', '--attach', server.url, '--model', 'mock', ...chat];
  const {record} = await benchHere(place.path, ...words, '--requests', '8', '--format', 'csv');
  expect(record.tokenLengths).toEqual([
    {role: 'chat', from: 'estimate', charactersPerToken: 3.75, fixedTokens: 0, tokenizer: null},
  ]);
  expect(record.findings.map(({code, severity}) => [code, severity])).toContainEqual(['lengths-estimated', 'note']);
});

test('a tokenizer that is none is said before anything is started', async () => {
  await using place = await temporaryFolder();
  const {exitCode, stderr} = await cutover(
    ...['bench', '--engine', 'vllm', '--runtime', 'embedded', '--tokenizer', place.path, '--out', place.path],
  );
  expect(exitCode).toBe(10);
  expect(stderr).toContain(`--tokenizer ${place.path}: ENOENT`);
  expect(stderr).not.toContain('Runtime');
});

test('no repetition finds a prompt of another one in the cache, though nobody empties it', async () => {
  await using place = await temporaryFolder();
  await using simulator = await simulatorThread('vllm');
  // Asked with nothing but OpenAI's API it is not told to empty its cache, and tells what was in it all the same.
  const words = ['--engine', 'openai', '--attach', simulator.url, '--suite', 'chat', '--repetitions', '3'];
  const few = ['--requests', '12', '--concurrency', '4', '--warmup', '4', '--prompt-tokens', '512'];
  const {record, samples} = await benchHere(place.path, ...words, ...few, '--output-tokens', '2', '--format', 'csv');
  expect(new Set(record.trials.map(({dataHash}) => dataHash)).size).toBe(3);
  expect(samples).toHaveLength(3 * 12);
  // All prompts begin with the chat template and the system prompt: two blocks of 16 tokens, and what they share of a third is not kept.
  const cached = samples.map(({cachedPromptTokens}) => cachedPromptTokens ?? Number.NaN);
  expect(Math.max(...cached)).toBeLessThanOrEqual(32);
  expect(record.trials.map(({cache}) => cache.reset)).toEqual(['unsupported', 'unsupported', 'unsupported']);
});
