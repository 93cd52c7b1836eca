import {expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {dialectNames} from '../simulator/calibration.ts';
import {combineHashes} from '../workloads/data-hash.ts';
import {benchHere, simulatorThread} from './test-cutover.ts';

const turns = 3;
const [users, warmup] = [4, 2 * turns];
const small = [
  ...['--suite', 'sessions', '--repetitions', '1', '--concurrency', String(users), '--turns', String(turns)],
  ...['--requests', String(2 * users * turns), '--warmup', String(warmup), '--think-seconds', '0.02'],
  ...['--prompt-tokens', '256', '--output-tokens', '24'],
];

/** A small run of the suite, and what the simulated engine knows of its requests. */
const sessionsOn = async (dialect: string, ...words: readonly string[]) => {
  await using place = await temporaryFolder();
  await using simulator = await simulatorThread(dialect);
  const run = await benchHere(place.path, '--engine', dialect, '--attach', simulator.url, ...small, ...words);
  expect(run.failure).toBeNull();
  const truth = await simulator.truth();
  const [trial] = run.record.trials;
  const {dataHash, trials, examinations} = run.record;
  expect(dataHash).toBe(combineHashes([...trials, ...examinations].map(each => each.dataHash)));
  expect(examinations).toMatchObject([{stage: 'session-client', spec: {kind: 'sessions'}}]);
  for (const check of examinations.flatMap(({checks}) => checks)) expect(check).toMatchObject({outcome: 'pass'});
  if (trial === undefined) throw new Error('there is no trial');
  const rows = run.samples.map(client => {
    const server = truth.get(client.id);
    if (server === undefined) throw new Error(`the server knows nothing of ${client.id}`);
    return {client, server};
  });
  // All requests of the trial, those of its warm-up too; the canary's are told by their own name.
  const ofTrial = [...truth.values()].filter(({id}) => id.startsWith('t0.'));
  return {...run, trial, rows, ofTrial};
};

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const places = dialectNames.flatMap(dialect => [
  {dialect, workers: 1},
  {dialect, workers: 2},
]);

test.each(places)(
  'every count of a session on $dialect is what the server knows, from $workers worker(s)',
  async where => {
    const {dialect, workers} = where;
    const {trial, rows, ofTrial, stdout} = await sessionsOn(dialect, '--workers', String(workers));
    expect(trial.client.workers).toBe(workers);
    expect(rows).toHaveLength(2 * users * turns);
    const pausesMs: number[] = [];
    for (const {client, server} of rows) {
      expect(client).toMatchObject({
        outcome: 'ok',
        promptTokens: server.promptTokens,
        outputTokens: 24,
        cachedPromptTokens: server.cachedPromptTokens,
      });
      const before = rows.find(row => row.client.session === client.session && row.client.turn === client.turn - 1);
      if (before === undefined) continue;
      pausesMs.push(client.sentMs - before.client.endMs);
      // All of the turn before it, with its reply: but for a page that was not full, and for the last token, whose
      // keys and values were never made.
      const said = before.server.promptTokens + 24;
      expect(server.cachedPromptTokens).toBeLessThanOrEqual(said);
      expect(server.cachedPromptTokens).toBeGreaterThanOrEqual(said - 17);
    }
    expect(pausesMs).toHaveLength(2 * users * (turns - 1));
    // 16 pauses of 20 ms in the mean: that they come to less than a fifth of that has a chance of less than one in a million.
    expect(sum(pausesMs) / pausesMs.length).toBeGreaterThan(4);

    expect(trial.turns).toHaveLength(turns);
    for (const {turn, n, promptTokens, cachedPromptTokens} of trial.turns) {
      const mine = rows.filter(({client}) => client.turn === turn).map(({server}) => server);
      expect(n).toBe(2 * users);
      expect(promptTokens).toBe(sum(mine.map(row => row.promptTokens)));
      expect(cachedPromptTokens).toBe(sum(mine.map(row => row.cachedPromptTokens)));
    }

    expect(ofTrial).toHaveLength(2 * users * turns + warmup);
    const share = sum(ofTrial.map(row => row.cachedPromptTokens)) / sum(ofTrial.map(row => row.promptTokens));
    expect(trial.prefixHits).toEqual({byRequests: share, byCounters: share});
    expect(stdout).toContain('hits');
    const codes = trial.findings.map(({code}) => code);
    expect(codes).not.toContain('cache-counters');
    expect(codes).not.toContain('unsent');
  },
);
