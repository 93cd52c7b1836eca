import {mkdir, readFile, rename, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {exampleEmbedTrial, exampleRecord, exampleTrial} from '../records/test-run.ts';
import {decidedRun} from '../report/decision/test-decided-run.ts';
import {projectRoot} from '../root.ts';
import {QueryError} from './database.ts';
import {openRecords, viewShapes} from './records-database.ts';
import {failedSample, storedSample, storeRun} from './test-stored.ts';

const chat = (index: number, tokensPerSecond: number, changes = {}) =>
  exampleTrial({index, repetition: index + 1, outputTokensPerSecond: tokensPerSecond, ...changes});
const voidFinding = {code: 'gpu-throttled', severity: 'void', message: 'too hot', hint: null} as const;

/** Two runs, one of them packed and in a folder below, with 3 + 1 trials and 3 + 2 samples. */
const storeTwo = async (dir: string) => {
  const first = exampleRecord({
    runId: 'run-a',
    trials: [chat(0, 100), chat(1, 200, {findings: [voidFinding]}), exampleEmbedTrial({index: 2})],
    findings: [{code: 'tokens-differ', severity: 'warning', message: 'of the run', hint: 'look'}],
  });
  const second = exampleRecord({
    runId: 'run-b',
    startedAt: '2026-11-22T08:00:00.000Z',
    engine: {...exampleRecord().engine, name: 'other', version: '=1+1'},
    trials: [chat(0, 300)],
  });
  await storeRun(dir, first, [storedSample(0, 0), storedSample(0, 1), failedSample(1, 2)]);
  await storeRun(join(dir, 'evidence'), second, [storedSample(0, 0), storedSample(0, 1)], {packed: true});
};

const asked = async (dir: string, sql: string) => {
  using database = await openRecords([dir]);
  return (await database.ask(sql)).rows;
};

describe('a query over stored runs', () => {
  test('counts what is there, in folders of folders too', async () => {
    await using place = await temporaryFolder();
    await storeTwo(place.path);
    using database = await openRecords([place.path]);
    const rows = async (sql: string) => (await database.ask(sql)).rows;
    expect(await rows('select run_id, engine, started_at from runs order by run_id')).toEqual([
      ['run-a', 'example', '2026-11-21 15:12:00'],
      ['run-b', 'other', '2026-11-22 08:00:00'],
    ]);
    expect(await rows('select run_id, count(*), count(void) from trials group by 1 order by 1')).toEqual([
      ['run-a', 3, 1],
      ['run-b', 1, 0],
    ]);
    expect(await rows("select avg(output_tokens_per_second) from trials where suite = 'chat'")).toEqual([[200]]);
    expect(await rows('select trial, severity, code from findings order by trial')).toEqual([
      [1, 'void', 'gpu-throttled'],
      [null, 'warning', 'tokens-differ'],
    ]);
    expect(await rows('select run_id, count(*) from servers group by 1 order by 1')).toEqual([
      ['run-a', 1],
      ['run-b', 1],
    ]);
  });

  test('samples are read from plain and packed files, lists and failures too', async () => {
    await using place = await temporaryFolder();
    await storeTwo(place.path);
    const sql = 'select run_id, outcome, count(*), sum(len(token_events_ms)) from samples group by 1, 2 order by 1, 2';
    expect(await asked(place.path, sql)).toEqual([
      ['run-a', 'failed', 1, 0],
      ['run-a', 'ok', 2, 6],
      ['run-b', 'ok', 2, 6],
    ]);
    expect(
      await asked(
        place.path,
        "select failure_kind, failure_message, failure_status from samples where outcome = 'failed'",
      ),
    ).toEqual([['status', 'status 503, "it\'s busy" 🦆\n', 503]]);
    expect(
      await asked(place.path, 'select t.suite, count(*) from samples join trials t using (run_id, trial) group by 1'),
    ).toEqual([['chat', 5]]);
  });

  test('a broken record and a copy are named, and the others are still asked', async () => {
    await using place = await temporaryFolder();
    await storeTwo(place.path);
    const broken = join(place.path, 'broken');
    await mkdir(broken);
    await writeFile(join(broken, 'record.json'), '{"schemaVersion": 1, "runId": ');
    await storeRun(join(place.path, 'zcopy'), exampleRecord({runId: 'run-a'}), []);
    using database = await openRecords([place.path]);
    expect(database.leftOut).toEqual([
      expect.stringMatching(/broken\/record\.json cannot be read: it is not JSON/),
      expect.stringMatching(/zcopy\/run-a\/record\.json is the run run-a, as .*\/run-a is already/),
    ]);
    expect((await database.ask('select count(*) from runs')).rows).toEqual([[2]]);
  });

  test('a run that was killed has the samples of its whole lines; one without samples has none', async () => {
    await using place = await temporaryFolder();
    const folder = await storeRun(place.path, exampleRecord({status: 'running'}), [storedSample(0, 0)]);
    const samples = join(folder, 'samples.jsonl');
    await writeFile(samples, `${await readFile(samples, 'utf8')}{"outcome":"ok","tri`);
    await mkdir(join(place.path, 'bare'));
    await writeFile(join(place.path, 'bare', 'record.json'), JSON.stringify(exampleRecord({runId: 'bare'})));
    expect(await asked(place.path, 'select run_id, count(*) from samples group by 1')).toEqual([
      ['2026-11-21T1512-example-k3f9', 1],
    ]);
  });

  test('a folder whose name reads as a pattern has its own samples, and takes no others', async () => {
    await using place = await temporaryFolder();
    const [odd, plain] = [join(place.path, 'r*[1]?'), join(place.path, 'rx1y')];
    await storeRun(odd, exampleRecord({runId: 'run-a'}), [storedSample(0, 0)], {packed: true});
    await storeRun(plain, exampleRecord({runId: 'run-b'}), [storedSample(0, 0), storedSample(0, 1)]);
    await storeRun(join(place.path, 'rx1z'), exampleRecord({runId: 'run-c'}), [storedSample(0, 0)], {packed: true});
    await rename(join(plain, 'run-b'), join(plain, 'run-a')); // so that the pattern fits them
    await rename(join(place.path, 'rx1z', 'run-c'), join(place.path, 'rx1z', 'run-a'));
    expect(await asked(place.path, 'select run_id, count(*) from samples group by 1 order by 1')).toEqual([
      ['run-a', 1],
      ['run-b', 2],
      ['run-c', 1],
    ]);
  });

  test('a whole number is not rounded, however large', async () => {
    await using place = await temporaryFolder();
    expect(await asked(place.path, 'select 9007199254740993::bigint, 41::bigint, 1.5::decimal(9, 1)')).toEqual([
      ['9007199254740993', 41, 1.5],
    ]);
  });

  test('a folder without any run answers with no rows', async () => {
    await using place = await temporaryFolder();
    for (const {name} of viewShapes) expect(await asked(place.path, `select * from ${name}`)).toEqual([]);
  });

  test('a garbled line of samples is named with its file by queries that read it, and by no other', async () => {
    await using place = await temporaryFolder();
    await storeTwo(place.path);
    await writeFile(join(place.path, 'run-a', 'samples.jsonl'), '{"outcome":"ok",\n{}\n');
    await expect(asked(place.path, 'select count(id) from samples')).rejects.toThrow(/run-a\/samples\.jsonl/);
    expect(await asked(place.path, "select count(id) from samples where run_id = 'run-b'")).toEqual([[2]]);
  });
});

test('every view has the columns that it says, of their types', async () => {
  await using place = await temporaryFolder();
  await storeTwo(place.path);
  using database = await openRecords([place.path]);
  for (const {name, columns} of viewShapes) {
    const {rows} = await database.ask(`describe ${name}`);
    expect(rows.map(([column, type]) => ({name: column, type}))).toEqual(columns.map(({name, type}) => ({name, type})));
  }
});

test('a decision has its verdict, blocks and metrics, and its two runs know whose they are', async () => {
  await using place = await temporaryFolder();
  const {decision, verdict, records} = decidedRun();
  const folder = join(place.path, decision.decisionId);
  await mkdir(folder);
  await writeFile(join(folder, 'decision.json'), JSON.stringify(decision));
  await writeFile(join(folder, 'verdict.json'), JSON.stringify(verdict));
  for (const arm of ['baseline', 'candidate'] as const) {
    await mkdir(join(folder, arm));
    await writeFile(join(folder, arm, 'record.json'), JSON.stringify(records[arm]));
  }
  using database = await openRecords([place.path]);
  const rows = async (sql: string) => (await database.ask(sql)).rows;
  expect(database.leftOut).toEqual([]);
  expect(await rows('select decision_id, verdict, plan from decisions')).toEqual([
    [decision.decisionId, 'NO-GO', 'migration'],
  ]);
  expect(await rows('select count(*), count(*) filter (len(void) > 0) from blocks')).toEqual([
    [decision.blocks.length, decision.blocks.filter(block => block.void.length > 0).length],
  ]);
  expect(await rows('select count(*) from metric_verdicts')).toEqual([
    [verdict.workloads.reduce((sum, {metrics}) => sum + metrics.length, 0)],
  ]);
  expect(await rows('select arm, decision_id from runs order by arm')).toEqual([
    ['baseline', decision.decisionId],
    ['candidate', decision.decisionId],
  ]);
  const [[joined]] = (await rows(
    'select count(*) from blocks b join runs r using (decision_id, arm) join trials t using (run_id, trial)',
  )) as [[number]];
  expect(joined).toBe(decision.blocks.length);
});

test('the queries of docs/query.md are answered', async () => {
  const page = await readFile(join(projectRoot, 'docs', 'query.md'), 'utf8');
  const queries = [...page.matchAll(/npm run query -- "([^"]+)"/g)].map(([, sql = '']) => sql);
  expect(queries.length).toBeGreaterThan(3);
  await using place = await temporaryFolder();
  await storeTwo(place.path);
  using database = await openRecords([place.path]);
  for (const sql of queries) await database.ask(sql);
});

describe('only reads', () => {
  const refused = async (sql: (place: string) => string) => {
    await using place = await temporaryFolder();
    await storeTwo(place.path);
    const samples = join(place.path, 'run-a', 'samples.jsonl');
    const before = await readFile(samples, 'utf8');
    await expect(asked(place.path, sql(place.path))).rejects.toThrow(QueryError);
    expect(await readFile(samples, 'utf8')).toBe(before);
  };

  test.each([
    ['a copy to a file', place => `copy runs to '${place}/out.csv'`],
    ['a copy over the samples', place => `copy runs to '${place}/run-a/samples.jsonl'`],
    ['a copy within an explanation', place => `explain analyze copy runs to '${place}/run-a/samples.jsonl'`],
    ['a table', () => 'create table t as select 1'],
    ['a deletion', () => 'delete from runs'],
    ['another database', place => `attach '${place}/other.db'`],
    ['a setting', () => 'set enable_external_access = true'],
    ['an extension', () => 'install httpfs'],
    ['a file that is not of samples', place => `select * from read_text('${place}/run-a/record.json')`],
    ['an address', () => "select * from read_csv('https://127.0.0.1/x.csv')"],
    ['two statements', () => 'select 1; delete from runs'],
  ] as [string, (place: string) => string][])('%s is refused', (_, sql) => refused(sql));
});
