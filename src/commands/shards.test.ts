import {join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {benchHere, cutover, readRun, simulatorThread} from './test-cutover.ts';

/** Enough for each to come up, and to see the server's clock change. */
const readyWithinMs = 8000;

test('two processes put the halves of a load on one server, and merged they are the run of one machine', {
  timeout: 60_000,
}, async () => {
  await using folder = await temporaryFolder();
  await using engine = await simulatorThread('sglang');
  const load = [
    '--engine',
    'sglang',
    '--attach',
    engine.url,
    '--suite',
    'chat',
    '--repetitions',
    '1',
    '--format',
    'csv',
  ];
  load.push('--rate', '150', '--requests', '121', '--prompt-tokens', '64', '--output-tokens', '8');
  const alone = await benchHere(join(folder.path, 'alone'), ...load);

  const startAt = new Date(Date.now() + readyWithinMs).toISOString();
  const outs = [1, 2].map(shard => join(folder.path, `shard-${shard}`));
  const ended = await Promise.all(
    outs.map((out, index) =>
      cutover('bench', ...load, '--shard', `${index + 1}/2`, '--start-at', startAt, '--out', out),
    ),
  );
  expect(ended.map(({exitCode, stderr}) => (exitCode === 0 ? 0 : stderr))).toEqual([0, 0]);

  const whole = join(folder.path, 'whole');
  const merged = await cutover('merge', ...outs.toReversed(), '--out', whole);
  // A busy machine may void it: what is wrong with it then is not what is tested here.
  expect([0, 3]).toContain(merged.exitCode);
  const {record, samples} = await readRun(whole);
  expect(record).toMatchObject({status: 'complete', evidence: 'simulated', seed: alone.record.seed});
  const [trial, alike] = [record.trials[0], alone.record.trials[0]];
  expect(trial?.dataHash).toBe(alike?.dataHash);
  expect(record.dataHash).toBe(alone.record.dataHash);
  expect(Object.keys(record).sort()).toEqual(Object.keys(alone.record).sort());
  expect(Object.keys(trial ?? {}).sort()).toEqual(Object.keys(alike ?? {}).sort());
  expect(trial?.counts).toEqual({ok: 121, failed: 0});
  expect([trial?.promptTokens, trial?.outputTokens]).toEqual([alike?.promptTokens, alike?.outputTokens]);
  expect(trial?.ttftMs?.n).toBe(121);
  expect(trial?.shards?.parts.map(({index, counts}) => [index, counts.ok])).toEqual([
    [0, 61],
    [1, 60],
  ]);
  expect(trial?.findings.filter(({code}) => code === 'shard-missing')).toEqual([]);
  expect(trial?.cache).toEqual(alike?.cache);

  // The same requests at the same planned times, each once, in the order in which they ended.
  const planned = (from: typeof samples) => from.map(({id, scheduledMs}) => `${id} ${scheduledMs}`).sort();
  expect(planned(samples)).toEqual(planned(alone.samples));
  const ends = samples.map(({endMs}) => endMs);
  expect(ends).toEqual(ends.toSorted((one, other) => one - other));
});
