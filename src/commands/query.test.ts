import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {storeRun} from '../query/test-stored.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import {exampleRecord, exampleTrial} from '../records/test-run.ts';
import {query} from './query.ts';

/** What a query prints over a run of 100 and 200.5 tokens a second and a broken record. */
const printed = async (
  sql: string,
  {trend = null, json = false, csv = false}: {trend?: string | null; json?: boolean; csv?: boolean} = {},
) => {
  await using place = await temporaryFolder();
  const engine = {...exampleRecord().engine, version: '=1|\u001b[31m2'};
  const trials = [100, 200.5].map((rate, index) => exampleTrial({index, outputTokensPerSecond: rate}));
  await storeRun(place.path, exampleRecord({runId: 'run-a', engine, trials}), []);
  await mkdir(join(place.path, 'broken'));
  await writeFile(join(place.path, 'broken', 'record.json'), '{');
  let text = '';
  const warnings: string[] = [];
  await query({
    ...{sql, trend, json, csv, dirs: [place.path]},
    out: more => {
      text += more;
    },
    warn: line => void warnings.push(line),
  });
  return {text, warnings};
};

describe('npm run query', () => {
  test('prints an aligned table with a count, and names what is left out', async () => {
    const {text, warnings} = await printed(
      'select run_id, trial, output_tokens_per_second as rate, itl_p99_ms, void from trials order by trial',
    );
    expect(text).toBe(
      [
        'run_id  trial   rate  itl_p99_ms  void',
        'run-a       0    100          14  -',
        'run-a       1  200.5          14  -',
        '',
        '2 rows',
        '',
      ].join('\n'),
    );
    expect(warnings).toEqual([expect.stringMatching(/^left out: .*broken\/record\.json cannot be read/)]);
  });

  test('--json has one object a row, with counts as numbers', async () => {
    const {text} = await printed('select count(*) as n, list(suite order by trial) as suites from trials', {
      json: true,
    });
    expect(JSON.parse(text)).toEqual([{n: 2, suites: ['chat', 'chat']}]);
  });

  test('--csv can hold no formula, and a table no escape sequence', async () => {
    const sql = 'select engine_version from runs';
    expect((await printed(sql, {csv: true})).text).toBe("engine_version\n'=1|2\n");
    expect((await printed(sql)).text).toContain('\n=1|2\n');
  });

  test('--trend prints rounded numbers in a table, and all of them in JSON', async () => {
    const options = {trend: 'chat.outputTokensPerSecond'};
    expect((await printed('', options)).text).toMatch(/ 2 {5}150 +100 {2}201 {2}run-a\n/);
    expect(JSON.parse((await printed('', {...options, json: true})).text)).toMatchObject([
      {commit: '35f301f', n: 2, median: 150.25, min: 100, max: 200.5},
    ]);
  });

  test('without a query prints what can be asked', async () => {
    const {text} = await printed('');
    for (const name of ['runs', 'trials', 'turns', 'servers', 'findings', 'sweeps', 'samples', 'decisions', 'blocks'])
      expect(text).toMatch(new RegExp(`^${name}: `, 'm'));
    expect(text).toContain('token_events_ms DOUBLE[]');
  });

  test('a column that is not there is one line, with the columns of the view that was asked', async () => {
    await expect(printed('select speed from servers')).rejects.toMatchObject({
      code: 'BAD_OPTIONS',
      message: expect.stringMatching(/^the query cannot be answered: .*"speed" not found[^\n]*$/),
      hint: expect.stringMatching(/^servers: .*\n {2}run_id VARCHAR, .*weights_mib DOUBLE/),
    });
  });

  test('a view that is not there is one line, with all of them', async () => {
    await expect(printed('select * from trial')).rejects.toMatchObject({
      message: expect.stringContaining('trial'),
      hint: expect.stringMatching(/^The views are runs, trials, /),
    });
  });

  test('a query and a trend are two queries', async () => {
    await expect(printed('select 1', {trend: 'chat.ttftP50Ms'})).rejects.toMatchObject({code: 'BAD_OPTIONS'});
  });
});
