import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type EngineName, engines} from '../engines/index.ts';
import {startGateway} from '../gateway/server.ts';
import {readAnswers} from '../records/read-answers.ts';
import {createRunFolder} from '../records/run-folder.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import {attachTo} from '../runtimes/attach.ts';
import type {CallReply} from '../session-checks/call-reply.ts';
import {dialectNames} from '../simulator/calibration.ts';
import {runExamination} from './run-examination.ts';
import {simulatorThread} from './test-cutover.ts';
import {standIn} from './test-stand-in.ts';

const signal = new AbortController().signal;
const attached = (engine: EngineName, url: string) =>
  attachTo({engine: engines[engine], targets: [{role: 'chat', url}], models: {}, signal, onLine() {}});

const examined = async (engine: EngineName, url: string, repetition = 1) => {
  await using reports = await temporaryFolder();
  const place = {outDir: join(reports.path, 'run'), reportsDir: reports.path, runId: 'run'};
  await using folder = await createRunFolder(place);
  await using stack = await attached(engine, url);
  const {examination} = await runExamination({
    stage: {name: 'session-client', examine: {kind: 'sessions'}},
    ...{repetition, stack, seed: 1, timeoutMs: 10_000, folder, signal},
    onProgress() {},
  });
  const answers = await readAnswers(folder.path, `answers-session-client-${repetition}.jsonl`);
  const replyOf = (id: string) => answers.find(answer => answer.id === id)?.reply as CallReply;
  const outcomes = Object.fromEntries(examination.checks.map(({id, outcome}) => [id, outcome]));
  const not = (...expected: readonly string[]) =>
    Object.entries(outcomes).filter(([, outcome]) => !expected.includes(outcome));
  return {examination, answers, replyOf, outcomes, not};
};

describe.each(dialectNames)('%s', dialect => {
  test('everything passes, and the counts are what the server knows', async () => {
    await using simulator = await simulatorThread(dialect, {speed: 20});
    const {examination, answers, replyOf, not} = await examined(dialect, simulator.url);
    expect(not('pass')).toEqual([]);
    const truth = [...(await simulator.truth()).values()];
    const told = answers.flatMap(({reply}) => (reply as CallReply).requests.flatMap(({usage}) => usage ?? []));
    const ok = truth.filter(({outcome}) => outcome === 'ok');
    const counts = (rows: readonly {promptTokens: number | null; cachedPromptTokens: number | null}[]) =>
      rows.map(row => `${row.promptTokens} ${row.cachedPromptTokens}`).sort();
    expect(counts(told)).toEqual(counts(ok));

    const {measures, dataHash, questions} = examination;
    expect(questions).toBe(answers.length);
    expect(measures['turn.1.cachedTokens']).toBeLessThan(16);
    expect(measures['turn.2.cachedTokens']).toBeGreaterThan(500);
    expect(measures['warm.cachedTokensBefore']).toBeLessThan(16); // a template's beginning, or the first letters by chance
    expect(measures.fallbackMs).toBeGreaterThan(0);
    expect(replyOf('fallback/away').requests.map(({server, usage}) => [server, usage === null])).toEqual([
      ['first', true],
      ['second', false],
    ]);
    // What was asked is kept, without the prompts.
    expect(Buffer.byteLength(JSON.stringify(answers))).toBeLessThan(20_000);

    const again = await examined(dialect, simulator.url, 2);
    expect(again.not('pass')).toEqual([]);
    expect(again.examination.measures['warm.cachedTokensBefore']).toBeLessThan(16);
    expect(again.examination.dataHash).not.toBe(dataHash);
  });

  test('what a server does not tell is unknown, and no failure', async () => {
    await using simulator = await simulatorThread(dialect, {speed: 20, reportsCachedTokens: false});
    const {outcomes, not, examination} = await examined(dialect, simulator.url);
    expect(not('pass', 'unknown')).toEqual([]);
    expect(outcomes).toMatchObject({
      'history.grows': 'pass',
      'history.cached': 'unknown',
      'warm.one': 'unknown',
      'warm.several': 'unknown',
      'warm.used': 'unknown',
    });
    expect(examination.measures['warm.cachedTokens']).toBeNull();
  });
});

const [dialect] = dialectNames;

test('a server that drops the history is found by its tokens', async () => {
  await using simulator = await simulatorThread(dialect, {speed: 20});
  const forgets = (body: string) => {
    if (body === '') return body;
    const request = JSON.parse(body);
    const [system] = request.messages;
    return JSON.stringify({...request, messages: [system, request.messages.at(-1)]});
  };
  await using server = await standIn(simulator.url, {asked: forgets});
  const {outcomes, examination} = await examined(dialect, server.url);
  expect(outcomes).toMatchObject({'history.grows': 'fail', 'history.exact': 'pass', 'warm.one': 'pass'});
  expect(examination.checks.find(({id}) => id === 'history.grows')?.detail).toContain('something was left out');
});

test('a server without a prefix cache fails where one is needed, and nowhere else', async () => {
  await using simulator = await simulatorThread(dialect, {speed: 20});
  const uncached = (body: string) => body.replaceAll(/"cached_tokens":\d+/g, '"cached_tokens":0');
  await using server = await standIn(simulator.url, {answered: uncached});
  const {not} = await examined(dialect, server.url);
  expect(not('pass').sort()).toEqual(
    ['history.cached', 'warm.one', 'warm.several', 'warm.used'].map(id => [id, 'fail']),
  );
});

test('a server that fails every question leaves unknown what only an answer could tell', async () => {
  await using simulator = await simulatorThread(dialect, {speed: 20});
  await using broken = await standIn(simulator.url, {asked: body => (body === '' ? body : '{"no": "question"}')});
  const {outcomes} = await examined(dialect, broken.url);
  expect(outcomes).toMatchObject({
    available: 'pass',
    'history.grows': 'unknown',
    'history.exact': 'unknown',
    stream: 'unknown',
    delete: 'pass',
    'warm.one': 'unknown',
  });
});

test('a service answers whole: all but the stream and the cache is told', async () => {
  await using simulator = await simulatorThread(dialect, {speed: 20});
  await using stack = await attached(dialect, simulator.url);
  await using gateway = await startGateway({stack, port: 0, timeoutMs: 10_000});
  const {outcomes, not} = await examined('service', gateway.url);
  expect(not('pass').sort()).toEqual([
    ['history.cached', 'unknown'],
    ['stream', 'note'],
    ['warm.one', 'unknown'],
    ['warm.several', 'unknown'],
    ['warm.used', 'unknown'],
  ]);
  expect(outcomes).toMatchObject({'history.grows': 'pass', fallback: 'pass', 'time-out': 'pass'});
});
