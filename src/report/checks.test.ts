import {expect, test} from 'vitest';
import {exampleRecord} from '../records/test-run.ts';
import type {Check, Examination} from '../schema/examination.ts';
import {checkRowKeys, checkRowsOf, examinationLines, examinationSections} from './checks.ts';
import {renderMarkdown} from './markdown.ts';
import {renderTable} from './table.ts';

const check = (changes: Partial<Check> = {}): Check => ({
  id: 'embed.answered',
  title: 'Every embed question is answered',
  outcome: 'pass',
  detail: '128 answers',
  example: null,
  ...changes,
});

const examination = (checks: readonly Check[]): Examination => ({
  stage: 'parity',
  spec: {kind: 'parity', texts: 64, rankings: 16, chats: 16},
  repetition: 1,
  evidence: 'real',
  startedAt: '2026-11-21T15:12:10.000Z',
  durationMs: 2960,
  answersFile: 'answers-parity-1.jsonl',
  questions: 112,
  dataHash: 'c'.repeat(64),
  checks: [...checks],
  measures: {'own.embed.norm': 0},
});

const space = check({outcome: 'fail', detail: '2 of 128 are not: status 400', example: ' '});
const record = exampleRecord({
  examinations: [
    examination([
      space,
      check({
        id: 'chat.answered',
        outcome: 'unknown',
        title: 'Every chat question is answered',
        detail: 'none was asked',
      }),
      check(),
    ]),
  ],
});

test('a terminal is shown what did not pass, with the input that shows it in quotes', () => {
  expect(examinationLines(record)).toEqual([
    '',
    'parity: 1 fail, 1 unknown, 1 pass; 112 questions in 2.96 s, answers in answers-parity-1.jsonl',
    '  FAIL Every embed question is answered: 2 of 128 are not: status 400',
    '    " "',
    '  UNKNOWN Every chat question is answered: none was asked',
  ]);
});

test('of very many a terminal is shown twenty, and told how many more there are', () => {
  const many = exampleRecord({examinations: [examination(Array.from({length: 25}, () => space))]});
  const lines = examinationLines(many);
  expect(lines).toHaveLength(2 + 20 * 2 + 1);
  expect(lines.at(-1)).toBe('  and 5 more: report.md has them all');
});

test('Markdown has every check, and nothing in it is markup', () => {
  const rude = check({detail: 'a | b', example: '<script>\n'});
  const sections = examinationSections(exampleRecord({examinations: [examination([rude])]}));
  expect(sections).toContain('| pass | Every embed question is answered | a \\| b | "\\<script\\>\\\\n" |');
});

test('one row a check, with the run that it is of', () => {
  const [row] = checkRowsOf(record);
  expect(Object.fromEntries(checkRowKeys.map((key, place) => [key, row?.[place]]))).toMatchObject({
    run_id: '2026-11-21T1512-example-k3f9',
    stage: 'parity',
    check: 'embed.answered',
    outcome: 'fail',
    example: '" "',
  });
});

test('a run of examinations alone has no place where trials would be; an empty run says that none has ended', async () => {
  const alone = {...record, trials: []};
  expect(renderTable(alone)).not.toContain('No trial has ended');
  expect(renderTable(alone)).toContain('parity: 1 fail');
  const [{content} = {content: ''}] = await renderMarkdown({record: alone, async *samples() {}});
  expect(content).not.toContain('## Trials');
  expect(renderTable(exampleRecord({trials: []}))).toContain('No trial has ended');
});

test('a record from before there were examinations is shown as it was', () => {
  expect(examinationLines(exampleRecord())).toEqual([]);
  expect(examinationSections(exampleRecord())).toEqual([]);
  expect(checkRowsOf(exampleRecord())).toEqual([]);
});
