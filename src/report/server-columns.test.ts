import {describe, expect, test} from 'vitest';
import {exampleRecord, exampleTrial} from '../records/test-run.ts';
import type {RunRecord} from '../schema/record.ts';
import {renderCsv} from './csv.ts';
import {renderMarkdown} from './markdown.ts';
import {neededMiB, serversOf, serverTables} from './server-columns.ts';
import {renderTable} from './table.ts';
import {kvTrial, startedRecord} from './test-servers.ts';

const filesOf = async (render: typeof renderCsv, record: RunRecord) => render({record, samples: async function* () {}});

describe('what a server needs of what it reserves', () => {
  const needed = (...trials: RunRecord['trials']) => serversOf(startedRecord({trials})).map(neededMiB);
  const lag = {code: 'client-lag', severity: 'void', message: '', hint: null} as const;

  test('is the whole without the unused part of the pool: 66500 - 75 % of 60000', () => {
    expect(needed(kvTrial(0.25))[0]).toBe(21_500);
  });

  test('counts the fullest trial, and none that is void', () => {
    expect(needed(kvTrial(0.25), kvTrial(0.5), kvTrial(0.75, {findings: [lag]}))[0]).toBe(36_500);
  });

  test('is not known where the gauge was not read or the server was not seen', () => {
    expect(needed(exampleTrial())).toEqual([null, null]);
  });
});

describe('the terminal', () => {
  test('shows where memory and time went, a dash for what is not known and no column of which nothing is', () => {
    expect(renderTable(startedRecord())).toContain(`
memory  weights  KV pool  graphs  other  reserved  needed       KV  KV used  KV used
            MiB      MiB     MiB    MiB       MiB     MiB      tok      tok        %
chat       3000    60000     400   3100     66500   21500  2000000   500000     25.0
embed       210        -       -      -         -       -        -        -        -

start  pull  create  load  compile  ready  cache
          s       s     s        s      s
chat   0.00   0.400  3.25     24.0   95.5  empty
`);
  });

  test('shows neither of servers that were there before', () => {
    expect(serverTables(exampleRecord())).toEqual([]);
    expect(renderTable(exampleRecord())).not.toMatch(/^(memory|start) /m);
  });

  test('says how full the card was and what is left', () => {
    const card = {uuid: 'GPU-1', memoryUsedMiB: {min: 70_000, max: 71_559}, powerW: null, smClockMHz: null};
    const cards = [{...card, temperatureMaxC: null, clockLimits: [], readings: 1}];
    const trials = [exampleTrial({gpu: {cards, servers: [], othersMaxMiB: null}})];
    expect(renderTable(startedRecord({trials, gpu: {beforeMiB: 3, afterStopMiB: 5}}))).toContain(
      'VRAM      at most 71559 of 81559 MiB in use on GPU-1, 10000 free; 3 MiB in use before the start, 5 after the stop\n',
    );
  });
});

test('Markdown has a section for each, with empty cells and what the words mean', async () => {
  const [file] = await filesOf(renderMarkdown, startedRecord());
  expect(String(file?.content)).toContain(`\
## Memory

| memory | weights (MiB) | KV pool (MiB) | graphs (MiB) | other (MiB) | reserved (MiB) | needed (MiB) | KV (tok) | KV used (tok) | KV used (%) |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
| chat | 3000 | 60000 | 400 | 3100 | 66500 | 21500 | 2000000 | 500000 | 25.0 |
| embed | 210 |  |  |  |  |  |  |  |  |

Reserved is`);
  const [old] = await filesOf(renderMarkdown, exampleRecord());
  expect(String(old?.content)).not.toMatch(/## (Memory|Start)/);
});

test('CSV has a file of its own for servers of which anything is known', async () => {
  const [, servers] = await filesOf(renderCsv, startedRecord());
  expect(servers?.name).toBe('servers.csv');
  expect(String(servers?.content)).toBe(`\
run_id,engine,engine_version,role,weights_mib,kv_pool_mib,graphs_mib,other_mib,reserved_mib,needed_mib,kv_tokens,kv_used_tokens,kv_used_percent,pull_s,create_s,load_s,compile_s,graphs_s,ready_s,compile_cache
2026-11-21T1512-example-k3f9,example,1.2.3,chat,3000,60000,400,3100,66500,21500,2000000,500000,25,0,0.4,3.25,24,,95.5,empty
2026-11-21T1512-example-k3f9,example,1.2.3,embed,210,,,,,,,,,,,,,,,
`);
  expect((await filesOf(renderCsv, exampleRecord())).map(({name}) => name)).toEqual(['trials.csv']);
});
