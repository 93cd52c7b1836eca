import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {exampleEmbedTrial, exampleRecord, exampleTrial} from '../records/test-run.ts';
import type {RunRecord} from '../schema/record.ts';
import {renderCsv} from './csv.ts';
import type {ExportFile, Format} from './format.ts';
import {renderJson} from './json.ts';
import {rowKeys, rowOf} from './rows.ts';

const rendered = async (render: Format['render'], record: RunRecord): Promise<string> => {
  const [file] = (await render({record, samples: async function* () {}})) as [ExportFile];
  return String(file.content);
};

/** RFC 4180, as small as it can be: quoted cells hold anything, a doubled quote is one. */
const parseCsv = (text: string): string[][] =>
  text
    .split(/\n(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .filter(line => line !== '')
    .map(line =>
      [...`${line},`.matchAll(/("(?:[^"]|"")*"|[^,]*),/g)].map(([, cell = '']) =>
        cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell,
      ),
    );

/** One trial by its keys, as a reader of the file sees it. */
const firstRow = async (record: RunRecord) => {
  const [head = [], row = []] = parseCsv(await rendered(renderCsv, record));
  return Object.fromEntries(head.map((key, place) => [key, row[place]]));
};

describe('CSV', () => {
  test('has the keys of the columns as its head and one line a trial', async () => {
    const lines = parseCsv(await rendered(renderCsv, exampleRecord({trials: [exampleTrial(), exampleEmbedTrial()]})));
    expect(lines[0]).toEqual(rowKeys);
    expect(lines.map(({length}) => length)).toEqual([rowKeys.length, rowKeys.length, rowKeys.length]);
  });

  test('says which run, engine and version each line is of', async () => {
    expect(await firstRow(exampleRecord())).toMatchObject({
      run_id: '2026-11-21T1512-example-k3f9',
      engine: 'example',
      engine_version: '1.2.3',
      load: 'closed 32, 700 requests',
    });
  });

  test('leaves empty what was not measured, and writes 0 where 0 was', async () => {
    const row = await firstRow(exampleRecord({trials: [exampleEmbedTrial({requestsPerSecond: 0})]}));
    expect(row).toMatchObject({
      ttft_p50_ms: '',
      e2e_p99_ms: '',
      cached_percent: '',
      requests_per_second: '0',
      failed: '0',
    });
  });

  test('a version that is a formula is text', async () => {
    const record = exampleRecord();
    const engine = {...record.engine, version: '=HYPERLINK("http://x","y")'};
    expect(await firstRow({...record, engine})).toMatchObject({engine_version: '\'=HYPERLINK("http://x","y")'});
  });

  test('reads back as it was written, whatever the numbers and words are', async () => {
    const number = fc.double({noNaN: true, noDefaultInfinity: true});
    const word = fc.string({unit: 'grapheme', maxLength: 20}).map(text => `x${text}`); // not a formula
    await fc.assert(
      fc.asyncProperty(number, fc.option(number), word, async (durationMs, requestsPerSecond, suite) => {
        const trial = exampleTrial({durationMs, requestsPerSecond, suite});
        const record = exampleRecord({trials: [trial]});
        const [, row = []] = parseCsv(await rendered(renderCsv, record));
        const values = rowOf(record, trial);
        expect(row).toHaveLength(values.length);
        for (const [place, value] of values.entries()) {
          const cell = row[place] ?? '';
          if (value === null) expect(cell).toBe('');
          else if (typeof value === 'number')
            expect(Number(cell)).toBe(value === 0 ? 0 : value); // -0 is written as 0
          else expect(cell).toBe(value);
        }
      }),
    );
  });
});

describe('JSON', () => {
  test('has the same keys and values as the CSV, and null where that is empty', async () => {
    const trial = exampleEmbedTrial();
    const record = exampleRecord({trials: [trial]});
    const content = JSON.parse(await rendered(renderJson, record));
    expect(content).toMatchObject({schemaVersion: 1, evidence: 'real'});
    expect(Object.keys(content.trials[0])).toEqual(rowKeys);
    expect(Object.values(content.trials[0])).toEqual(rowOf(record, trial));
  });
});
