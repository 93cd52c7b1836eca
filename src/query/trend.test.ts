import {expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {exampleRecord, exampleTrial} from '../records/test-run.ts';
import {openRecords} from './records-database.ts';
import {storeRun} from './test-stored.ts';
import {trendOf} from './trend.ts';

const voidFinding = {code: 'gpu-throttled', severity: 'void', message: 'too hot', hint: null} as const;

const storeRuns = async (dir: string) => {
  const trials = [100, 300, 200].map((rate, index) => exampleTrial({index, outputTokensPerSecond: rate}));
  const spoiled = exampleTrial({index: 3, outputTokensPerSecond: 9999, findings: [voidFinding]});
  const cutover = {version: '0.1.0', gitCommit: 'a'.repeat(40), gitDirty: true};
  await storeRun(
    dir,
    exampleRecord({runId: 'late', startedAt: '2026-11-22T10:00:00Z', trials: [spoiled, ...trials]}),
    [],
  );
  await storeRun(dir, exampleRecord({runId: 'early', cutover, trials: trials.slice(0, 2)}), []);
};

test.each(['chat.outputTokensPerSecond', 'chat.output_tokens_per_second'])(
  '%s has a row a run, oldest first, with median and range of the valid trials',
  async text => {
    await using place = await temporaryFolder();
    await storeRuns(place.path);
    using database = await openRecords([place.path]);
    const {columns, rows} = await trendOf(database, text);
    expect(columns.map(({name}) => name)).toEqual(
      'commit date engine version stack evidence n median min max run_id'.split(' '),
    );
    expect(rows).toEqual([
      ['aaaaaaaaaaaa +', '2026-11-21 15:12', 'example', '1.2.3', null, 'real', 2, 200, 100, 300, 'early'],
      ['35f301f', '2026-11-22 10:00', 'example', '1.2.3', null, 'real', 3, 200, 100, 300, 'late'],
    ]);
  },
);

test.each([
  ['chat.outputTokenPerSecond', 'has no metric of that name', 'Did you mean chat.output_tokens_per_second?'],
  ['outputTokensPerSecond', 'has no suite before its metric', '--trend chat.outputTokensPerSecond'],
  ['embed.ttftP50Ms', 'no valid trial has it', 'The suites are chat.'],
])('%s is refused with the fix', async (text, reason, fix) => {
  await using place = await temporaryFolder();
  await storeRuns(place.path);
  using database = await openRecords([place.path]);
  await expect(trendOf(database, text)).rejects.toMatchObject({
    message: expect.stringContaining(reason),
    hint: expect.stringContaining(fix),
  });
});
