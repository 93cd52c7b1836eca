import {join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {cutover, processesNaming, readRun, saidOnStderr, startedIn} from './test-cutover.ts';
import {openaiServer} from './test-openai-server.ts';

const load =
  '--suite chat --requests 4 --concurrency 4 --repetitions 3 --warmup 0 --prompt-tokens 32 --output-tokens 4';
const words = ['bench', ...load.split(' '), '--format', 'csv'];

/** A run against a server that answers the first trial and holds back every answer of the second: it would never end. */
const heldInTheSecondTrial = async (folder: string) => {
  const server = await openaiServer({answers: 4});
  const out = join(folder, 'run');
  const running = cutover(...words, '--engine', 'openai', '--attach', server.url, '--model', 'mock', '--out', out);
  await server.held;
  return {server, running, out};
};

const firstTrialIsWhole = ({record, samples}: Awaited<ReturnType<typeof readRun>>) => {
  expect(record.trials).toMatchObject([{index: 0, counts: {ok: 4, failed: 0}, ttftMs: {n: 4}}]);
  expect(samples.filter(({trial}) => trial === 0).map(({outcome}) => outcome)).toEqual(['ok', 'ok', 'ok', 'ok']);
};

test('Ctrl-C ends a run at once with 20; the trials that had ended are in the record, the table and the exports', async () => {
  await using place = await temporaryFolder();
  const {server, running, out} = await heldInTheSecondTrial(place.path);
  await using _ = server;
  running.kill('SIGINT');
  const {exitCode, stdout, stderr} = await running;
  expect(exitCode).toBe(20);
  expect(stderr).toMatch(/^SIGINT: stopping what was started\./m);
  expect(stderr).toMatch(/^INTERRUPTED: interrupted by SIGINT\nWhat had ended by then is kept\.$/m);
  expect(stdout).toContain('(interrupted: interrupted by SIGINT)');
  expect(stdout).toMatch(/^chat +1 +4 +0 /m);
  const run = await readRun(out);
  expect(run.record).toMatchObject({status: 'interrupted', failure: {code: 'INTERRUPTED'}});
  firstTrialIsWhole(run);
  const cutOff = run.samples.filter(({trial}) => trial === 1);
  expect(cutOff.map(sample => sample.outcome === 'failed' && sample.failure.kind)).toContain('aborted');
});

test('Ctrl-C stops the engine that cutover started, and nothing of it is left', async () => {
  await using place = await temporaryFolder();
  const options = await startedIn(place.path, 'simulator.ts');
  const running = cutover(...words, '--repetitions', '1000', '--out', join(place.path, 'run'), ...options);
  await saidOnStderr(running, 'trial 2 of');
  expect(processesNaming(place.path)).toHaveLength(3); // cutover, the guard and the server
  running.kill('SIGTERM');
  expect((await running).exitCode).toBe(20);
  expect(processesNaming(place.path)).toEqual([]);
  const {record} = await readRun(join(place.path, 'run'));
  expect(record.status).toBe('interrupted');
  for (const {counts} of record.trials) expect(counts).toEqual({ok: 4, failed: 0});
});

test('a second Ctrl-C does not wait for an engine that will not stop', async () => {
  await using place = await temporaryFolder();
  const options = await startedIn(place.path, 'stubborn.ts');
  // What this program answers is no chat, so every request fails, for as long as the run lasts.
  const running = cutover(
    'bench',
    '--suite',
    'chat',
    '--duration',
    '600',
    '--out',
    join(place.path, 'run'),
    ...options,
  );
  await saidOnStderr(running, 'trial 1 of');
  running.kill('SIGINT');
  await saidOnStderr(running, 'SIGINT: stopping');
  const again = setInterval(() => running.kill('SIGINT'), 100); // until it counts as a second one
  const {exitCode} = await running;
  clearInterval(again);
  expect(exitCode).toBe(20);
  // The guard is at it still: it gives the engine the time that engines may take.
  const left = processesNaming(place.path);
  expect(left).toHaveLength(2);
  for (const {pid} of left) process.kill(pid, 'SIGKILL');
});

test('kill -9 of cutover leaves a record that reads up to its last trial, reports and compares', async () => {
  await using place = await temporaryFolder();
  const {server, running, out} = await heldInTheSecondTrial(place.path);
  await using _ = server;
  running.kill('SIGKILL');
  expect((await running).signal).toBe('SIGKILL');
  const run = await readRun(out);
  expect(run.record).toMatchObject({status: 'running', failure: null, endedAt: null});
  firstTrialIsWhole(run);
  const report = await cutover('report', out, '--format', 'markdown', '--format', 'png');
  expect([report.exitCode, report.stderr]).toEqual([0, '']);
  expect(report.stdout.split('\n')[0]).toBe(join(out, 'report.md'));
  const comparison = await cutover('compare', out, out);
  expect(comparison.exitCode).toBe(0);
  expect(comparison.stdout).toContain('running');
});

test('Ctrl-C in the first level of a sweep is what the sweep came to', async () => {
  await using place = await temporaryFolder();
  await using server = await openaiServer({answers: 0});
  const out = join(place.path, 'run');
  const held = `--suite capacity --requests 4 --warmup 0 --engine openai --model mock --attach ${server.url} --out`;
  const running = cutover('bench', ...held.split(' '), out, '--format', 'markdown');
  await server.held;
  running.kill('SIGINT');
  expect((await running).exitCode).toBe(20);
  const {record} = await readRun(out);
  expect(record.sweeps).toMatchObject([{levels: [], found: null, stopped: 'broken off: interrupted by SIGINT'}]);
});
