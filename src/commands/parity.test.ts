import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type EngineName, engines} from '../engines/index.ts';
import {type AskedTwice, askedTwice, type ComparedAnswers, compareParity} from '../parity/compare.ts';
import {givenAnswers} from '../parity/given.ts';
import {readAnswers} from '../records/read-answers.ts';
import {createRunFolder} from '../records/run-folder.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import {attachTo} from '../runtimes/attach.ts';
import type {Stack} from '../runtimes/stack.ts';
import {compare} from './compare.ts';
import {runExamination} from './run-examination.ts';
import {benchHere, simulatorThread} from './test-cutover.ts';
import {standIn} from './test-stand-in.ts';

const stage = {name: 'parity', examine: {kind: 'parity', texts: 24, rankings: 8, chats: 8}} as const;
const never = new AbortController().signal;

const attached = (engine: EngineName, url: string): Promise<Stack> =>
  attachTo({
    engine: engines[engine],
    targets: [{role: null, url}],
    models: {},
    signal: never,
    onLine() {},
  });

/** What a server is asked and answers, from the file that the run left. */
const examined = async (
  engine: EngineName,
  url: string,
  {signal = never, stopAfter = Number.POSITIVE_INFINITY} = {},
) => {
  await using reports = await temporaryFolder();
  await using folder = await createRunFolder({
    outDir: join(reports.path, 'run'),
    reportsDir: reports.path,
    runId: 'run',
  });
  await using stack = await attached(engine, url);
  const stop = new AbortController();
  const examined = await runExamination({
    stage,
    repetition: 1,
    stack,
    seed: 1,
    timeoutMs: 10_000,
    folder,
    signal: AbortSignal.any([signal, stop.signal]),
    onProgress(answers) {
      if (answers === stopAfter) stop.abort(new Error('stopped'));
    },
  }).catch((thrown: unknown) => {
    if (thrown !== stop.signal.reason) throw thrown;
    return null;
  });
  const answers = await readAnswers(folder.path, 'answers-parity-1.jsonl');
  return {examination: examined?.examination ?? null, answers, twice: askedTwice(givenAnswers(answers))};
};

const differing = (a: AskedTwice, b: AskedTwice): readonly ComparedAnswers[] =>
  compareParity(a, b).filter(({verdict}) => verdict === 'differs');

describe('two engines of one simulation', () => {
  test('agree in vectors, orders, scores, texts and counts; what they differ in is what their dialects differ in', async () => {
    await using vllm = await simulatorThread('vllm');
    await using sglang = await simulatorThread('sglang');
    const [a, b] = [await examined('vllm', vllm.url), await examined('sglang', sglang.url)];

    // Both were asked the same, in other words.
    expect(b.examination?.dataHash).toBe(a.examination?.dataHash);
    expect(a.examination?.checks.map(({outcome}) => outcome)).not.toContain('fail');
    expect(a.examination?.measures['own.embed.cosine']).toBeLessThan(1e-12);
    expect(a.examination?.questions).toBe(24 + 8 + 8 + 16);

    const compared = compareParity(a.twice, b.twice);
    expect(compared.every(({verdict}) => verdict !== 'unknown')).toBe(true);
    expect(differing(a.twice, b.twice).map(({measure}) => measure.id)).toEqual([
      'answered',
      'chat.shape',
      'error.status',
      'error.shape',
    ]);
    // SGLang takes no text of white space alone.
    expect(compared[0]?.differences).toMatchObject([{input: ' ', detail: 'answered (200) against not answered (400)'}]);
    // One answers in probabilities, the other in logits: they were put on one scale.
    expect(compared.find(({measure}) => measure.id === 'rerank.score')).toMatchObject({n: 8, verdict: 'same'});
  });
});

describe('a server that answers wrong', () => {
  test('is found by the smallest text that shows it', async () => {
    await using simulator = await simulatorThread('vllm');
    // Turns the vectors of texts with a function in them.
    const spoilt = (answered: string, path: string, asked: string) => {
      if (path !== '/v1/embeddings' || !answered.startsWith('{"id"')) return answered;
      const {input} = JSON.parse(asked) as {input: readonly string[]};
      const reply = JSON.parse(answered) as {data: {index: number; embedding: number[]}[]};
      for (const {index, embedding} of reply.data)
        if (input[index]?.includes('(')) embedding[0] = (embedding[0] ?? 0) + 0.1;
      return JSON.stringify(reply);
    };
    await using wrong = await standIn(simulator.url, {answered: spoilt});
    const [good, bad] = [await examined('vllm', simulator.url), await examined('vllm', wrong.url)];
    const [found] = differing(good.twice, bad.twice);
    expect(found?.measure.id).toBe('embed.cosine');
    const spoiled = good.answers.flatMap(({pass, reply}) => {
      const {kind, input, vector} = reply as {kind: string; input: string; vector: unknown};
      return pass === 1 && kind === 'embed' && vector !== null && input.includes('(') ? [input] : [];
    });
    expect(spoiled.length).toBeGreaterThan(2);
    expect(found?.differences.map(({input}) => input)).toHaveLength(spoiled.length);
    expect(found?.differences[0]?.input.length).toBe(Math.min(...spoiled.map(({length}) => length)));
  });

  test('once in a while is found to differ from itself', async () => {
    await using simulator = await simulatorThread('vllm');
    let rankings = 0;
    const onceSpoilt = (answered: string, path: string) => {
      if (path !== '/v1/rerank' || !answered.includes('"results"')) return answered;
      rankings += 1;
      if (rankings !== 2) return answered;
      const reply = JSON.parse(answered);
      for (const result of reply.results) result.relevance_score = 1 - result.relevance_score;
      return JSON.stringify(reply);
    };
    await using unsteady = await standIn(simulator.url, {answered: onceSpoilt});
    const {examination} = await examined('vllm', unsteady.url);
    expect(examination?.measures).toMatchObject({'own.rerank.order': 2, 'own.rerank.top1': 0.125, 'own.embed.norm': 0});
    const own = examination?.checks.find(({id}) => id === 'own.rerank.order');
    expect(own).toMatchObject({outcome: 'note', detail: 'at most 2 in 8; tau-b -1.0000'});
    expect(own?.example).toMatch(/^\{"query":/);
  });
});

test('an examination that is broken off leaves the answers that it has', async () => {
  await using simulator = await simulatorThread('vllm');
  const {examination, answers} = await examined('vllm', simulator.url, {stopAfter: 10});
  expect(examination).toBeNull();
  expect(answers.length).toBeGreaterThanOrEqual(10);
  expect(answers.length).toBeLessThan(2 * 46);
});

test('a stack with an embed server only is asked what it has, and the rest is said to be left out; compare reads both', async () => {
  await using simulator = await simulatorThread('sglang');
  await using reports = await temporaryFolder();
  const [a, b] = [join(reports.path, 'a'), join(reports.path, 'b')];
  const words = ['--engine', 'sglang', '--attach', `embed=${simulator.url}`, '--suite', 'parity'];
  const {record, stdout, failure} = await benchHere(a, ...words);
  expect(failure).toBeNull();
  await benchHere(b, ...words);
  const [examination] = record.examinations;
  expect(examination?.checks.filter(({outcome}) => outcome === 'unknown').map(({id, detail}) => [id, detail])).toEqual([
    ['chat.answered', 'no chat question was asked: the stack has no server for it'],
    ['rerank.answered', 'no rerank question was asked: the stack has no server for it'],
  ]);
  expect(examination?.measures['own.rerank.order']).toBeNull();
  // What could not be told first, then what was noted with its input, then the rest.
  expect(examination?.checks.slice(0, 4).map(({outcome, example}) => [outcome, example])).toEqual([
    ['unknown', null],
    ['unknown', null],
    ['note', ' '],
    ['pass', null],
  ]);
  expect(stdout).toContain('UNKNOWN Every chat question is answered');
  expect(await readFile(join(a, 'report.md'), 'utf8')).toContain('## Examination parity');
  expect(await readFile(join(a, 'checks.csv'), 'utf8')).toMatch(
    /^run_id,engine,engine_version,stage,repetition,check,/,
  );

  let printed = '';
  const compared = (json: boolean) =>
    compare({runs: [a, b], reportsDir: reports.path, json, out: said => (printed = said)});
  await compared(false);
  expect(printed).toContain('parity: 69 questions were asked of both (A: 69, B: 69)');
  expect(printed).toContain('No measure differs more than the engines differ from themselves.');
  await compared(true);
  const {parity} = JSON.parse(printed);
  expect(parity.measures.find(({measure}: {measure: {id: string}}) => measure.id === 'embed.cosine')).toMatchObject({
    limit: 1e-6,
    verdict: 'same',
    differences: [],
  });
});
