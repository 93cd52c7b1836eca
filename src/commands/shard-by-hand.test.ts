import {join} from 'node:path';
import {expect, test} from 'vitest';
import {suites} from '../../suites/index.ts';
import {readShard} from '../records/read-shard.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import {mergeShards} from './merge.ts';
import {refuseByHand} from './shard-by-hand.ts';
import type {PlannedStage} from './stages.ts';
import {benchHere, cutover, readRun, simulatorThread} from './test-cutover.ts';

const of = 3;
/** For three processes to be there, on a machine that does other things too; a start that is missed changes no count. */
const startsInMs = 8000;

// The last conversation is cut short, and neither its requests nor the slots can be divided by three.
const load = ['--engine', 'sglang', '--suite', 'prefix', '--requests', '31', '--concurrency', '4', '--warmup', '4'];

test('three processes by hand put on the load of one: the same requests, each once, in one record', async () => {
  await using folder = await temporaryFolder();
  await using server = await simulatorThread('sglang', {seed: 1});
  const words = [
    ...load,
    '--repetitions',
    '1',
    '--prompt-tokens',
    '64',
    '--output-tokens',
    '4',
    '--attach',
    server.url,
  ];
  const startAt = new Date(Date.now() + startsInMs).toISOString();
  const folders = Array.from({length: of}, (_, index) => join(folder.path, `shard-${index + 1}`));
  const ended = await Promise.all(
    folders.map((out, index) =>
      cutover('bench', ...words, '--shard', `${index + 1}/${of}`, '--start-at', startAt, '--out', out),
    ),
  );
  for (const {exitCode, stderr} of ended) {
    expect(stderr).toContain(`of ${of}: trial 1`);
    expect([0, 3]).toContain(exitCode); // their share alone is no measurement
  }
  const sharded = new Set((await server.truth()).keys());

  const shards = await Promise.all(folders.map(readShard));
  expect(shards.map(({place}) => place)).toEqual([0, 1, 2].map(index => ({index, of})));
  expect(shards.every(shard => shard.startAt === startAt && shard.outcomes.length === 1)).toBe(true);
  // 8 conversations of 4 turns, the last one of 3: numbers 0, 3, 6 and 1, 4, 7 and 2, 5.
  expect(shards.map(({outcomes}) => outcomes[0]?.counts)).toEqual([
    {ok: 12, failed: 0},
    {ok: 11, failed: 0},
    {ok: 8, failed: 0},
  ]);
  const first = await readRun(folders[0] as string);
  const second = await readRun(folders[1] as string);
  expect(first.record.trials[0]?.cache).toEqual({reset: 'done', canary: 'cold'});
  expect(second.record.trials[0]?.cache).toEqual({reset: 'not-needed', canary: 'not-asked'});
  expect(second.record.trials[0]?.findings).toContainEqual(
    expect.objectContaining({
      code: 'shard-missing',
      severity: 'void',
      message:
        'This is the share of shard 2 of 3 alone: what they came to together is known when their folders are joined',
    }),
  );
  for (const {metrics} of [first, second].flatMap(({record}) => record.trials)) {
    expect(metrics.before).not.toBeNull();
    expect(metrics.after).not.toBeNull();
  }

  const whole = join(folder.path, 'whole');
  const terminal = {note() {}, progress: {show() {}, finish() {}}};
  const interrupted = new AbortController().signal;
  await mergeShards({runs: folders.toReversed(), outDir: whole, reportsDir: folder.path, terminal, interrupted});
  const joined = await readRun(whole);

  await using another = await simulatorThread('sglang', {seed: 1});
  const alone = await benchHere(join(folder.path, 'alone'), ...words.with(-1, another.url));
  const [one, many] = [alone.record.trials[0], joined.record.trials[0]];
  expect(many).toMatchObject({counts: {ok: 31, failed: 0}, dataHash: one?.dataHash, promptTokens: one?.promptTokens});
  expect(joined.record.dataHash).toBe(alone.record.dataHash);
  expect(joined.record.evidence).toBe('simulated');
  expect(joined.samples.map(({id}) => id).toSorted()).toEqual(alone.samples.map(({id}) => id).toSorted());
  expect(many?.shards?.parts.map(({index}) => index)).toEqual([0, 1, 2]);
  expect(many?.findings.map(({code}) => code)).not.toContain('shard-missing');
  // What reached the server: all of it, the warm-up too, and nothing twice; the canary's questions are each run's own.
  const measured = (ids: Iterable<string>) => [...ids].filter(id => id.startsWith('t0.')).toSorted();
  expect(measured(sharded)).toEqual(measured((await another.truth()).keys()));
}, 60_000);

test('a start that is past or far off, and later trials without a time, are refused before anything is asked', () => {
  const nowMs = Date.parse('2026-11-22T12:00:00Z');
  const shard = {index: 0, of: 2};
  const refused = (startAt: string, every: number | null, name: 'smoke' | 'chat', repetitions: number) => () => {
    const stages = Array.from({length: repetitions}, (_, index) =>
      suites[name].stages.map((stage): PlannedStage => ({stage, repetition: index + 1, traceMs: null, prompts: null})),
    ).flat();
    refuseByHand({shard, startAt: Date.parse(startAt), every, workers: 1, suite: [name]}, stages, nowMs);
  };
  const past = (startAt: string) => refused(startAt, null, 'chat', 1);
  const inAMinute = '2026-11-22T12:01:00Z';
  expect(past('2026-11-22T11:59:58.500Z')).toThrow(
    '--start-at 2026-11-22T11:59:58.500Z lies in the past (1.5 s ago; it is 2026-11-22T12:00:00Z now)',
  );
  expect(past('2026-11-22T11:57:00Z')).toThrow('lies in the past (3 minutes ago; ');
  expect(past('2020-01-01T00:00:00Z')).toThrow('lies in the past (2,517 days ago; ');
  expect(past('2026-11-24T12:00:00Z')).toThrow('is more than a day ahead');
  expect(refused(inAMinute, null, 'smoke', 1)).toThrow(
    expect.objectContaining({
      message:
        '--suite smoke has 4 trials (chat, embed, rerank, prefix), which start one after another, and when the later ones do is not said',
      hint: expect.stringMatching(/Or name a suite of one stage: --suite chat --repetitions 1\.$/),
    }),
  );
  expect(refused(inAMinute, null, 'chat', 3)).toThrow(
    expect.objectContaining({
      message: expect.stringContaining('--suite chat has 3 trials (chat 3 times), which start'),
      hint: expect.stringMatching(/Or --repetitions 1, which makes it one trial\.$/),
    }),
  );
  expect(refused(inAMinute, 60, 'smoke', 1)).not.toThrow();
  expect(refused(inAMinute, null, 'chat', 1)).not.toThrow();
});
