import {expect, test} from 'vitest';
import {exampleRecord, exampleTrial} from '../records/test-run.ts';
import type {Sweep} from '../schema/sweep.ts';
import {interferencesOf} from './interference-columns.ts';
import {renderMarkdown} from './markdown.ts';
import {sweepText} from './sweep-columns.ts';
import {renderTable} from './table.ts';

const level = (trial: number, at: number, throughput: number) => ({
  trial,
  level: at,
  throughput,
  ttftP99Ms: null,
  goodShare: null,
});
const sweep: Sweep = {
  stage: 'capacity',
  repetition: 1,
  spec: {over: 'concurrency', from: 1, to: 256, gainShare: 0.1, requestsPerSlot: 16},
  levels: [level(0, 1, 380), level(1, 2, 400)],
  found: {level: 1, throughput: 380},
  stopped: '2 instead of 1 in flight brought +5.3 % (less than 10.0 %)',
};

test('a sweep is a row a level and a line that says what was found, and why it ended', () => {
  const trials = [exampleTrial({suite: 'capacity@1'}), exampleTrial({index: 1, suite: 'capacity@2'})];
  const table = renderTable(exampleRecord({trials, sweeps: [sweep]}));
  expect(table).toMatch(/^sweep +rep +in flight +output *$/m);
  expect(table).toMatch(/^capacity +1 +1 +380 +found$/m);
  expect(table).toContain(
    'capacity#1: 1 in flight, 380 output tokens/s: 2 instead of 1 in flight brought +5.3 % (less than 10.0 %)',
  );
});

test('over rates it is planned requests and good ones a second; nothing is said of more than the highest rate', () => {
  const spec = {
    over: 'rate',
    from: 10,
    to: 40,
    resolution: 0.1,
    slo: {ttftP99Ms: 500, tpotP99Ms: null, e2eP99Ms: null},
    secondsPerLevel: 10,
  } as const;
  const text = (level: number, stopped: string) =>
    sweepText({...sweep, spec, found: {level, throughput: 45.5}, stopped}, {trials: []});
  expect(text(20, 'the SLO was met at 20/s')).toBe(
    'capacity#1: 20/s planned, 45.5 good requests/s: the SLO was met at 20/s',
  );
  expect(text(40, 'the SLO was met at the highest rate to try')).toBe(
    'capacity#1: at least 40/s, 45.5 good requests/s: the SLO was met at the highest rate to try',
  );
});

test('a sweep that was broken off says so, with the levels that it had, and no chart of none', async () => {
  const off = {...sweep, found: null, stopped: 'broken off: interrupted by SIGINT'};
  const trials = [exampleTrial({suite: 'capacity@1'}), exampleTrial({index: 1, suite: 'capacity@2'})];
  const [some, none] = [off, {...off, repetition: 2, levels: []}];
  const said = (repetition: number) => `capacity#${repetition}: not found: broken off: interrupted by SIGINT`;
  expect(renderTable(exampleRecord({trials, sweeps: [some, none]}))).toContain(`${said(1)}\n${said(2)}\n`);
  expect(renderTable(exampleRecord({sweeps: [none]}))).toContain(`\n\n${said(2)}\n`);
  const report = async (sweeps: Sweep[]) =>
    (await renderMarkdown({record: exampleRecord({trials, sweeps}), async *samples() {}}))[0]?.content
      .toString()
      .replaceAll('\\#', '#');
  expect(await report([some, none])).toContain(`- ${said(1)} ([chart](sweep-capacity-1.png))\n- ${said(2)}\n`);
});

const e2eMs = {n: 700, mean: 100, p50: 100, p90: 150, p95: 160, p99: 200, max: 300};

test('a load is held against itself alone, in the same repetition, and a void one gives no ratio', () => {
  const alone = exampleTrial({suite: 'chat-alone', e2eMs, requestsPerSecond: 8});
  const slower = {...e2eMs, p50: 150, p99: 600};
  const together = exampleTrial({index: 1, e2eMs: slower, requestsPerSecond: 6, together: [1, 2]});
  const other = exampleTrial({index: 2, repetition: 2, together: [1, 2]});
  const record = exampleRecord({trials: [alone, together, other]});
  expect(interferencesOf(record)).toEqual([{alone, together}]);
  expect(renderTable(record)).toMatch(/^chat +1 +100 +150 +1\.50 +200 +600 +3\.00 +1\.00 +75\.0 +0 *$/m);
  const findings = [{code: 'client-lag', severity: 'void' as const, message: '', hint: null}];
  const voided = exampleRecord({trials: [alone, {...together, findings}]});
  expect(renderTable(voided)).toMatch(/^chat +1 +100 +150 +- +200 +600 +- +- +- +0 +client-lag$/m);
});
