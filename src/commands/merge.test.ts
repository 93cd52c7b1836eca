import {appendFile, mkdir, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {CutoverError} from '../errors.ts';
import {joinParts} from '../load/join-parts.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import type {Sample} from '../schema/sample.ts';
import {chatSampleAt, failedSample} from '../stats/test-samples.ts';
import {TrialSummary} from '../stats/trial.ts';
import {openLoad, partOf, shardRun} from './merge/test-shards.ts';
import {mergeShards} from './merge.ts';
import {cutover, readRun} from './test-cutover.ts';

const terminal = {note() {}, progress: {show() {}, finish() {}}};

const merge = async (runs: readonly string[], outDir: string, interrupted = new AbortController().signal) => {
  const {isVoid} = await mergeShards({runs, outDir, reportsDir: outDir, terminal, interrupted});
  return {isVoid, ...(await readRun(outDir))};
};

const filesOf = async (folder: string) =>
  Object.fromEntries(
    await Promise.all((await readdir(folder)).map(async name => [name, await readFile(join(folder, name), 'utf8')])),
  );

/** Sent at its time, first token after `ttftMs`; it ends 31 ms later. */
const answered = (session: number, sentMs: number, ttftMs: number, trial = 0): Sample =>
  chatSampleAt(sentMs, {
    ...{trial, index: session, id: `t${trial}.${session}`, session: `s${session}`, scheduledMs: sentMs},
    ...{firstTokenMs: sentMs + ttftMs, lastTokenMs: sentMs + ttftMs + 30, endMs: sentMs + ttftMs + 31},
    tokenEventsMs: [0, 10, 20, 30].map(afterMs => sentMs + ttftMs + afterMs),
  });

const metrics = (prefixQueriesTotal: number, prefixHitsTotal: number) => ({
  ...{runningRequests: 0, waitingRequests: 0, kvUsage: 0, promptTokensTotal: 0, generationTokensTotal: 0},
  ...{prefixQueriesTotal, prefixHitsTotal},
});

describe('two shards of four requests', () => {
  const finding = (code: string, severity: 'void' | 'warning' | 'note', message: string) => ({
    ...{code, severity, message, hint: null},
  });
  const lengths = finding('lengths-estimated', 'note', 'Prompts were cut by an estimate');

  const twoShards = async (folder: string) => {
    const load = {of: 2, requests: 4, record: {findings: [lengths]}};
    const one = await shardRun(join(folder, 'one'), {
      ...{...load, index: 0, trials: [[answered(0, 0, 10), answered(2, 20, 30)]]},
      trial: {
        metrics: {before: metrics(0, 0), after: metrics(150, 10)},
        kvUse: {maxShare: 0.25, maxTokens: 250, readings: 5},
        cache: {reset: 'done', canary: 'cold'},
        findings: [finding('cache-busy', 'warning', 'asked twice'), finding('p99-not-certified', 'warning', 'n is 2')],
      },
    });
    const failed = failedSample('timeout', 'no reply', {
      ...{index: 3, id: 't0.3', session: 's3', scheduledMs: 30, sentMs: 30, endMs: 530, promptTokens: null},
    });
    const two = await shardRun(join(folder, 'two'), {
      ...{...load, index: 1, trials: [[answered(1, 10, 20), failed]]},
      trial: {
        metrics: {before: metrics(60, 5), after: metrics(400, 40)},
        kvUse: {maxShare: 0.5, maxTokens: 500, readings: 4},
        cache: {reset: 'not-needed', canary: 'not-asked'},
      },
    });
    return [one, two] as const;
  };

  test('are one run with all four: counts add up, and percentiles are of all samples', async () => {
    await using folder = await temporaryFolder();
    const runs = await twoShards(folder.path);
    const {record, samples, isVoid} = await merge(runs, join(folder.path, 'whole'));

    expect(samples.map(({id, endMs}) => [id, endMs])).toEqual([
      ['t0.0', 41],
      ['t0.1', 61],
      ['t0.2', 81],
      ['t0.3', 530],
    ]);
    expect(record).toMatchObject({runId: 'run-1-merged', status: 'complete', failure: null, evidence: 'real'});
    expect(record.machine.hostname).toBe('load-1');
    const [trial] = record.trials;
    expect(trial).toMatchObject({
      startedAt: '2026-11-22T13:00:00.000Z',
      durationMs: 530,
      counts: {ok: 3, failed: 1},
      failures: [{kind: 'timeout', count: 1, firstMessage: 'no reply'}],
      // 10, 20 and 30
      ttftMs: {n: 3, mean: 20, p50: 20, p90: 28, p95: 29, max: 30},
      promptTokens: 300,
      // of both shards' clients: 2 threads, 2 requests in flight each, 4 ms of CPU for 4 requests
      client: {workers: 2, inFlightMax: 4, cpuMsPerRequest: 1, connectionsOpened: 4, achievedRateRatio: 1},
      shards: {
        of: 2,
        parts: [
          {index: 0, host: 'load-1', counts: {ok: 2, failed: 0}},
          {index: 1, host: 'load-2'},
        ],
      },
    });
    // From before the first to after the last to end, which was the second.
    expect(trial?.metrics).toEqual({before: metrics(0, 0), after: metrics(400, 40)});
    expect(trial?.prefixHits).toEqual({byRequests: 0, byCounters: 0.1});
    expect(trial?.kvUse?.maxShare).toBe(0.5);
    expect(trial?.cache).toEqual({reset: 'done', canary: 'cold'});

    // A quarter failed: void by the same gate as ever. What a shard found that the whole cannot find again is kept.
    expect(isVoid).toBe(true);
    expect(trial?.findings.map(({code, severity}) => `${severity} ${code}`)).toEqual(
      expect.arrayContaining(['warning cache-busy', 'void errors']),
    );
    expect(trial?.findings.find(({code}) => code === 'cache-busy')?.message).toBe('shard 1 (load-1): asked twice');
    expect(trial?.findings.filter(({message}) => message.includes('n is 2'))).toEqual([]);
    expect(record.findings).toEqual([{...lengths, message: `all shards: ${lengths.message}`}]);
  });

  test('one of them missing is a run that says so and is void', async () => {
    await using folder = await temporaryFolder();
    const [, two] = await twoShards(folder.path);
    const {record, isVoid, samples} = await merge([two], join(folder.path, 'whole'));
    expect([isVoid, samples.length]).toEqual([true, 2]);
    expect(record).toMatchObject({status: 'failed', failure: {message: 'shard 1 of 2 is missing'}});
    const codes = record.trials[0]?.findings.map(({code}) => code);
    expect(codes).toContain('shard-missing');
    // What it was to send is unsent, which is no finding of its own.
    expect(codes).not.toContain('unsent');
    // Nobody read the counters before the warm-up, which was the first shard's.
    expect(record.trials[0]?.metrics.before).toBe(null);
  });

  test('by the program: the table, the exports, and the exit code of a measurement that is not valid', async () => {
    await using folder = await temporaryFolder();
    const out = join(folder.path, 'whole');
    const [one, two] = await twoShards(folder.path);
    const ended = await cutover('merge', two, one, '--out', out, '--format', 'csv');
    expect(ended.stderr).toContain('Merged 2 of 2 shards: 4 requests');
    expect(ended.stdout).toContain('by shard  rep  shard  host');
    expect(ended.exitCode).toBe(3);
    expect((await readdir(out)).sort()).toEqual(['record.json', 'samples.jsonl', 'shards.csv', 'trials.csv']);

    const again = await cutover('merge', one, two, '--out', out);
    expect([again.exitCode, again.stderr]).toEqual([13, expect.stringContaining(`${out} is not empty`)]);
  });
});

test('however the requests were dealt out, and in whatever order shards are named, the run is that of one machine, to the byte', async () => {
  const deal = fc.record({
    of: fc.integer({min: 1, max: 5}),
    requests: fc.array(fc.record({ttftMs: fc.nat(400), trial: fc.nat(1), fails: fc.nat(9)}), {
      minLength: 1,
      maxLength: 40,
    }),
    order: fc.array(fc.nat(), {minLength: 5, maxLength: 5}),
  });
  await fc.assert(
    fc.asyncProperty(deal, async ({of, requests, order}) => {
      await using folder = await temporaryFolder();
      const samples = requests.map(({ttftMs, trial, fails}, session) => {
        const sample = answered(session, 10 * session, ttftMs, trial);
        return fails > 0
          ? sample
          : failedSample('status', 'busy', {...sample, outcome: 'ok', finishReason: null, outputTokens: null});
      });
      const load = openLoad(requests.length);
      const byEnd = (list: readonly Sample[]) => list.toSorted((one, other) => one.endMs - other.endMs);
      const runs = await Promise.all(
        Array.from({length: of}, (_, index) => {
          const mine = byEnd(samples.filter((_, session) => session % of === index));
          const trials = [0, 1].map(trial => mine.filter(sample => sample.trial === trial));
          return shardRun(join(folder.path, String(index)), {index, of, trials, requests: requests.length});
        }),
      );
      const shuffled = runs
        .map((run, place) => ({run, by: order[place] ?? 0}))
        .toSorted((one, other) => one.by - other.by)
        .map(({run}) => run);
      const {record} = await merge(runs, join(folder.path, 'whole'));
      await merge(shuffled, join(folder.path, 'shuffled'));
      expect(await filesOf(join(folder.path, 'shuffled'))).toEqual(await filesOf(join(folder.path, 'whole')));

      for (const trial of [0, 1]) {
        const mine = byEnd(samples.filter(sample => sample.trial === trial));
        const {steady, whole} = joinParts([partOf(mine, requests.length)], {load, sent: mine.length, beganMs: 0});
        const workload = {kind: 'chat', promptTokens: 512, outputTokens: 128} as const;
        const summary = new TrialSummary({load, workload, steady, whole});
        for (const sample of mine) summary.add(sample);
        expect(record.trials[trial]).toMatchObject(summary.numbers());
        expect(record.trials[trial]?.client.scheduleLagP99Ms).toBe(summary.scheduleLagP99Ms);
      }
    }),
    {numRuns: 25},
  );
});

describe('shards that did not come to the same end', () => {
  const shard = (folder: string, index: number, trials: number, changes: object = {}) =>
    shardRun(join(folder, String(index)), {
      ...{index, of: 2, requests: 2, ...changes},
      trials: Array.from({length: trials}, (_, trial) => [answered(index, 10 * index, 10, trial)]),
    });

  test('the trials that all ended are whole; the one that a shard did not end is void, and the run is not complete', async () => {
    await using folder = await temporaryFolder();
    const killed = await shard(folder.path, 1, 1, {record: {status: 'running', endedAt: null, evidence: 'simulated'}});
    // What it had sent of the second trial.
    await appendFile(join(killed, 'samples.jsonl'), `${JSON.stringify(answered(1, 10, 10, 1))}\n`);
    const {record, samples} = await merge([await shard(folder.path, 0, 2), killed], join(folder.path, 'whole'));
    expect(record).toMatchObject({
      ...{status: 'failed', evidence: 'simulated'},
      failure: {code: 'TRIAL_FAILED', message: 'shard 2 (load-2): it was killed before its end'},
    });
    expect(record.trials.map(({counts, shards}) => [counts.ok, shards?.parts.length])).toEqual([
      [2, 2],
      [1, 1],
    ]);
    const missing = record.trials.map(({findings}) => findings.some(({code}) => code === 'shard-missing'));
    expect([missing, samples.length]).toEqual([[false, true], 3]);
  });

  test('one that began too late or was its own bottleneck is named, with what it says of its share', async () => {
    await using folder = await temporaryFolder();
    const late = {outcome: {startedLateMs: 140}, trial: {evidence: 'simulated'}};
    const throttled = [
      {code: 'throttled', severity: 'void', message: 'GPU 0 was slow', hint: null},
      {code: 'client-lag', severity: 'void', message: 'it lagged', hint: null},
      {code: 'shard-missing', severity: 'void', message: '1 of 2 shards are missing', hint: null},
    ];
    const {record, isVoid} = await merge(
      [await shard(folder.path, 0, 1, {trial: {findings: throttled}}), await shard(folder.path, 1, 1, late)],
      join(folder.path, 'whole'),
    );
    const messages = new Map(
      record.trials[0]?.findings.map(({code, severity, message}) => [code, [severity, message]]),
    );
    expect(messages.get('shard-late')).toEqual([
      'void',
      expect.stringContaining('shard 2 (load-2) 140.0 ms after it, ± 8.0 ms'),
    ]);
    expect(messages.get('client-lag')).toEqual(['warning', 'shard 1 (load-1): of its share alone: it lagged']);
    // What the cards did is nobody's share: nothing in the whole would find it again.
    expect(messages.get('throttled')).toEqual(['void', 'shard 1 (load-1): GPU 0 was slow']);
    expect(isVoid).toBe(true);
    expect(messages.has('shard-missing')).toBe(false);
    expect(record.trials[0]?.evidence).toBe('simulated');
  });

  test('one that was still in a trial when shard 1 emptied the caches for the next voids both, by more than the clocks may be off', async () => {
    await using folder = await temporaryFolder();
    const merged = async (name: string, endMs: number) => {
      const trials = [[{...answered(1, 10, 10), endMs}], [answered(1, 10, 10, 1)], [answered(1, 10, 10, 2)]];
      const slow = await shardRun(join(folder.path, name, '1'), {index: 1, of: 2, requests: 2, trials});
      const runs = [await shard(join(folder.path, name), 0, 3), slow];
      const {record} = await merge(runs, join(folder.path, name, 'whole'));
      return record.trials.map(({findings}) => findings.filter(({code}) => code === 'shard-overlap'));
    };
    // Shard 1 began at 50 s; each clock may be off by 8 ms.
    expect(await merged('in time', 49_984)).toEqual([[], [], []]);
    const [first, second, third] = await merged('too long', 49_985);
    expect(first).toEqual([
      {
        ...{code: 'shard-overlap', severity: 'void', hint: expect.stringContaining('Raise --every')},
        message:
          'shard 1 (load-1) began to empty the caches and warm up for trial 2 when trial 1 had lasted 50.0 s, and others were in it still: shard 2 (load-2) until 50.0 s',
      },
    ]);
    expect([second, third]).toEqual([first, []]);
  });

  test('addresses that may lead to different servers are a warning, unless something says that it is one', async () => {
    await using folder = await temporaryFolder();
    const unknown = async (name: string, changes: object) => {
      const runs = [0, 1].map(index => shard(join(folder.path, name), index, 1, changes));
      const {record} = await merge(await Promise.all(runs), join(folder.path, name, 'whole'));
      return record.findings.filter(({code}) => code === 'shard-servers-unknown');
    };
    expect(await unknown('same process', {})).toEqual([]);
    expect(await unknown('untold', {outcome: {serverStartedSeconds: null}})).toEqual([
      {
        ...{code: 'shard-servers-unknown', severity: 'warning', hint: expect.any(String)},
        message:
          'Different addresses of the chat server, and nothing says that one server is behind them: shard 1 (load-1) http://127.0.0.1:8000; shard 2 (load-2) http://127.0.0.1:8000',
      },
    ]);
  });
});

describe('refused, with nothing written', () => {
  const refused = async (
    change: (folder: string, runs: [string, string]) => Promise<readonly string[]>,
    interrupted?: AbortSignal,
  ) => {
    await using folder = await temporaryFolder();
    const shard = (index: number) =>
      shardRun(join(folder.path, String(index)), {index, of: 2, requests: 2, trials: [[answered(index, 0, 10)]]});
    const runs = await change(folder.path, [await shard(0), await shard(1)]);
    const outDir = join(folder.path, 'whole');
    const thrown = await merge(runs, outDir, interrupted).catch(({code, message, hint}) => ({code, message, hint}));
    const left = await readdir(outDir).catch(() => []);
    expect(left.filter(name => name !== 'notes.txt')).toEqual([]);
    return JSON.parse(JSON.stringify(thrown).replaceAll(folder.path, ''));
  };
  const again = (folder: string, name: string, changes: object) =>
    shardRun(join(folder, name), {index: 1, of: 2, requests: 2, trials: [[answered(1, 0, 10)]], ...changes});

  test('shards of different plans, with what differs', async () => {
    const other = {record: {seed: 2}, file: {startAt: '2026-11-22T14:00:00.000Z'}, requests: 3};
    expect(await refused(async (folder, [one]) => [one, await again(folder, 'other', other)])).toMatchObject({
      code: 'BAD_OPTIONS',
      message: expect.stringMatching(
        /^\/other, shard 2 \(load-2\), is of another plan than \/0, shard 1 \(load-1\): seed 2 in place of 1; --start-at "2026-11-22T14:00:00.000Z" in place of "2026-11-22T13:00:00.000Z"; trial 1 \{.*"requests":3/,
      ),
    });
  });

  test('shards that asked different servers, waited differently long, or planned other arrivals', async () => {
    const other = {outcome: {serverStartedSeconds: 1_795_000_007, timeoutMs: 30_000, arrivalsHash: 'b'}};
    const {code, message} = await refused(async (folder, [one]) => [one, await again(folder, 'other', other)]);
    expect(code).toBe('BAD_OPTIONS');
    expect(message).toMatch(
      /^.*"timeoutMs":30000,"arrivalsHash":"b".* in place of .*"timeoutMs":60000,"arrivalsHash":"a"/,
    );
    expect(message).toContain("chat server's process started at 1795000007 in place of 1795000000");
  });

  test('the same shard twice', async () => {
    expect(await refused(async (folder, [one, two]) => [two, one, await again(folder, 'again', {})])).toMatchObject({
      code: 'BAD_OPTIONS',
      message: '/1 and /again are both shard 2 of 2',
    });
    expect(await refused(async (_, [one]) => [one, one])).toMatchObject({message: '/0 and /0 are both shard 1 of 2'});
  });

  test('a run that is no shard, and a folder that is no run', async () => {
    const noShard = await refused(async (_, [one, two]) => {
      await rm(join(two, 'shard.json'));
      return [one, two];
    });
    expect(noShard).toEqual({
      code: 'BAD_OPTIONS',
      message: '/1 is a whole run, begun without --shard: it has nothing to be joined to',
      hint: 'Leave it out: merge takes the folders of bench --shard 1/2, 2/2 …; npm run report shows this one, npm run compare two of them.',
    });
    expect(await refused(async (_, [one]) => [one, '/nowhere'])).toMatchObject({
      code: 'RECORD_UNREADABLE',
      message: expect.stringContaining('there is no such run'),
    });
  });

  test('folders that are no runs, all of them at once, a decision as one', async () => {
    const hint = 'Name the folders of bench --shard 1/3, 2/3, 3/3.';
    const empty = await refused(async (_, [one, two]) => {
      await rm(join(two, 'record.json'));
      return [one, two];
    });
    expect(empty).toEqual({code: 'RECORD_UNREADABLE', message: '/1 is no run: it has no record.json', hint});
    const both = await refused(async (folder, [one]) => {
      await mkdir(join(folder, 'decided'));
      await writeFile(join(folder, 'decided', 'decision.json'), '{}');
      await mkdir(join(folder, 'empty'));
      return [join(folder, 'empty'), one, join(folder, 'decided')];
    });
    expect(both).toEqual({
      code: 'RECORD_UNREADABLE',
      message:
        '2 of the 3 that were named cannot be joined\n  /empty is no run: it has no record.json\n  /decided is a decision, not a run',
      hint,
    });
    const unlike = await refused(async (folder, [one, two]) => {
      await mkdir(join(folder, 'empty'));
      await writeFile(join(two, 'record.json'), '{}');
      return [join(folder, 'empty'), one, two];
    });
    expect(unlike.message).toContain(
      `\n  /empty is no run: it has no record.json. ${hint}\n  /1/record.json cannot be`,
    );
    expect(unlike.message).toMatch(
      /whatever cutover writes has\. Copy it from the machine that measured it once more\.$/,
    );
  });

  test.each([
    {
      what: 'that was ended before its first trial was over',
      changes: {trials: [], record: {command: ['bench', '--shard', '2/2', '--start-at', '2026-11-22T13:00:00Z']}},
      message: 'that was ended before its first trial was over: there is nothing of it to join',
      hint: 'Measure again with all shards; without this folder the others are joined, and void.',
    },
    {
      what: 'that measured, copied without its shard.json',
      changes: {record: {command: ['bench', '--shard=2/2', '--start-at', '2026-11-22T13:00:00Z']}},
      message: 'of which shard.json is missing',
      hint: 'Copy the folder once more, with its shard.json; without this folder the others are joined, and void.',
    },
  ])('a shard $what', async ({changes, message, hint}) => {
    const none = await refused(async (folder, [one]) => {
      const two = await again(folder, 'two', changes);
      await rm(join(two, 'shard.json'));
      return [one, two];
    });
    expect(none).toEqual({code: 'BAD_OPTIONS', message: `/two is a shard ${message}`, hint});
  });

  test('a record that is garbled, and samples that were copied in part', async () => {
    const garbled = await refused(async (_, [one, two]) => {
      await writeFile(join(two, 'record.json'), '{"schema');
      return [one, two];
    });
    expect(garbled).toMatchObject({code: 'RECORD_UNREADABLE', message: expect.stringContaining('it is not JSON')});
    const cut = await refused(async (_, [one, two]) => {
      await writeFile(join(two, 'samples.jsonl'), '');
      return [one, two];
    });
    expect(cut).toMatchObject({
      code: 'RECORD_UNREADABLE',
      message:
        '/1/samples.jsonl cannot be read: of trial 1 it holds 0 successful and 0 failed requests, and the shard counted 1 and 0',
      hint: 'Copy the whole folder from its machine once more.',
    });
  });

  test('a merge that is interrupted', async () => {
    const why = new CutoverError('INTERRUPTED', 'Ctrl-C');
    expect(await refused(async (_, runs) => runs, AbortSignal.abort(why))).toMatchObject({code: 'INTERRUPTED'});
  });

  test('an --out that is not empty', async () => {
    const full = await refused(async (folder, runs) => {
      await mkdir(join(folder, 'whole'));
      await writeFile(join(folder, 'whole', 'notes.txt'), '');
      return runs;
    });
    expect(full).toMatchObject({code: 'RECORD_NOT_WRITABLE', message: '/whole is not empty: it holds notes.txt'});
  });
});
