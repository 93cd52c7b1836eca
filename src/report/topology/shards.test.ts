import {expect, test} from 'vitest';
import {exampleRecord, exampleTrial} from '../../records/test-run.ts';
import {compareRuns} from '../compare.ts';
import {renderCsv} from '../csv.ts';
import {renderJson} from '../json.ts';
import {renderMarkdown} from '../markdown.ts';
import {renderTable} from '../table.ts';

const shards = {
  of: 3,
  parts: [
    {
      ...{
        index: 2,
        host: 'load-c',
        node: 'node-1',
        workers: 2,
        counts: {ok: 232, failed: 1},
        inFlightMax: 10,
        loopLagP99Ms: 7.25,
        scheduleLagP99Ms: 6.5,
      },
      ...{startedLateMs: 140.125, clock: {reference: 'date' as const, offsetMs: -31.5, errorMs: 12.5}},
    },
    {
      ...{
        index: 0,
        host: 'load-a',
        workers: 2,
        counts: {ok: 234, failed: 0},
        inFlightMax: 11,
        loopLagP99Ms: null,
        scheduleLagP99Ms: null,
      },
      ...{startedLateMs: 0.25, clock: {reference: 'date' as const, offsetMs: 2.5, errorMs: 1.5}},
    },
  ],
};
const record = exampleRecord({trials: [exampleTrial({shards})]});
const run = {record, samples: async function* () {}};

test('shards are a row each in the terminal, those that were lost too', () => {
  expect(renderTable(record)).toContain(
    `
by shard  rep  shard  host     node    workers  requests  failed  in flight   late  clock     ±  loop p99  send p99
                                                                                ms     ms    ms        ms        ms
chat        1      1  load-a   -             2       234       0         11  0.250   2.50  1.50         -         -
chat        1      2  missing  -             -         -       -          -      -      -     -         -         -
chat        1      3  load-c   node-1        2       233       1         10    140  -31.5  12.5      7.25      6.50
`,
  );
});

test('and in the document, in a CSV with every digit, and in JSON; a run of one machine has none of it', async () => {
  expect(String((await renderMarkdown(run))[0]?.content)).toContain(
    '## Shards of the load\n\n| by shard | rep | shard | host |',
  );
  const files = Object.fromEntries((await renderCsv(run)).map(({name, content}) => [name, content]));
  expect(files['shards.csv']).toBe(
    [
      'run_id,engine,engine_version,suite,repetition,evidence,shard,host,node,workers,requests,failed,in_flight_max,started_late_ms,clock_reference,clock_offset_ms,clock_error_ms,loop_lag_p99_ms,schedule_lag_p99_ms',
      '2026-11-21T1512-example-k3f9,example,1.2.3,chat,1,real,1,load-a,,2,234,0,11,0.25,date,2.5,1.5,,',
      '2026-11-21T1512-example-k3f9,example,1.2.3,chat,1,real,2,missing,,,,,,,,,,,',
      '2026-11-21T1512-example-k3f9,example,1.2.3,chat,1,real,3,load-c,node-1,2,233,1,10,140.125,date,-31.5,12.5,7.25,6.5',
      '',
    ].join('\n'),
  );
  expect(JSON.parse(String((await renderJson(run))[0]?.content))).toMatchObject({shards: [{shard: 1}, {}, {}]});
  expect(renderTable(exampleRecord())).not.toContain('by shard');
});

test('two runs of which one is of shards differ in that', () => {
  expect(compareRuns(exampleRecord(), record).differences).toEqual([
    expect.objectContaining({a: 'one machine', b: '3 shards'}),
  ]);
});
