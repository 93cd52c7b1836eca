import {describe, expect, test} from 'vitest';
import {exampleRecord, exampleTrial} from '../records/test-run.ts';
import {compareRuns} from './compare.ts';
import {renderCsv} from './csv.ts';
import {renderJson} from './json.ts';
import {renderMarkdown} from './markdown.ts';
import {renderTable} from './table.ts';

/** A conversation's first turn had to be computed whole, of the second a fifth; the third one's cache is not told. */
const turns = [
  {turn: 1, n: 10, ttftP50Ms: 60, ttftP90Ms: 71.5, e2eP50Ms: 900, promptTokens: 20_000, cachedPromptTokens: 0},
  {turn: 2, n: 10, ttftP50Ms: 15, ttftP90Ms: 18, e2eP50Ms: 850, promptTokens: 22_000, cachedPromptTokens: 17_600},
  {turn: 3, n: 8, ttftP50Ms: 15, ttftP90Ms: null, e2eP50Ms: 850, promptTokens: 22_000, cachedPromptTokens: null},
];
const record = exampleRecord({trials: [exampleTrial({suite: 'prefix', turns}), exampleTrial()]});
const run = {record, samples: async function* () {}};

describe('the turns of a conversation', () => {
  test('are a table of their own in the text', () => {
    expect(renderTable(record)).toContain(`
turns   rep  turn   n  TTFT p50  TTFT p90  E2E p50   prompt   cached  uncached  void
                             ms        ms       ms  tok/req  tok/req         %
prefix    1     1  10      60.0      71.5      900     2000     0.00       100
prefix    1     2  10      15.0      18.0      850     2200     1760      20.0
prefix    1     3   8      15.0         -      850     2750        -         -
`);
  });

  test('are a section of the document', async () => {
    const [file] = await renderMarkdown(run);
    expect(file?.content).toContain('## Turns\n\n| turns | rep | turn | n | TTFT p50 (ms) |');
    expect(file?.content).toContain('| prefix | 1 | 2 | 10 | 15.0 | 18.0 | 850 | 2200 | 1760 | 20.0 |  |');
  });

  test('are a file of their own beside the CSV of the trials, with sums and without roundings', async () => {
    const [trials, file] = await renderCsv(run);
    expect(trials?.name).toBe('trials.csv');
    expect(file?.name).toBe('turns.csv');
    const [head, ...lines] = String(file?.content).trim().split('\n');
    expect(head).toBe(
      'run_id,engine,engine_version,suite,repetition,turn,n,ttft_p50_ms,ttft_p90_ms,e2e_p50_ms,prompt_tokens,cached_prompt_tokens,prompt_tokens_mean,cached_prompt_tokens_mean,uncached_percent,void',
    );
    expect(lines[1]).toMatch(/,prefix,1,2,10,15,18,850,22000,17600,2200,1760,20,$/);
    expect(lines[2]).toMatch(/,prefix,1,3,8,15,,850,22000,,2750,,,$/);
  });

  test('are in the JSON with the keys of the CSV', async () => {
    const [file] = await renderJson(run);
    expect(JSON.parse(String(file?.content)).turns[1]).toMatchObject({suite: 'prefix', turn: 2, uncached_percent: 20});
  });

  test('are compared between two runs: TTFT, E2E and the uncached share of each', () => {
    const [first, second, third] = turns;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three turns');
    const faster = exampleTrial({suite: 'prefix', turns: [first, {...second, ttftP50Ms: 12}, third]});
    const [suite] = compareRuns(record, exampleRecord({trials: [faster]})).suites;
    const found = suite?.measures.filter(({key}) => key.startsWith('turn')) ?? [];
    expect(found.map(({title}) => title).slice(0, 4)).toEqual([
      'turn 1 TTFT p50',
      'turn 1 E2E p50',
      'turn 1 uncached',
      'turn 2 TTFT p50',
    ]);
    expect(found.map(({ratio}) => ratio)).toEqual([1, 1, 1, 0.8, 1, 1, 1, 1, null]);
  });

  test('take no room where no trial tells them apart', async () => {
    const without = exampleRecord();
    expect(renderTable(without)).not.toContain('turns');
    expect(await renderCsv({...run, record: without})).toHaveLength(1);
  });
});
