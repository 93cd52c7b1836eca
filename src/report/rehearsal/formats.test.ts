import {describe, expect, test} from 'vitest';
import {readChartJs} from '../../records/chart-js.ts';
import {rehearsalFormats} from './formats.ts';
import {rehearsalSummary} from './json.ts';
import type {RehearsedRun} from './rehearsed-run.ts';
import {rehearsedRun} from './test-rehearsed-run.ts';

const filesOf = async (run: RehearsedRun, names = Object.keys(rehearsalFormats)) => {
  const formats = names.map(name => rehearsalFormats[name as keyof typeof rehearsalFormats]);
  const files = await Promise.all(formats.map(({render}) => render(run, {chartJs: readChartJs})));
  return new Map(files.flat().map(({name, content}) => [name, content]));
};
const identity = '20,059 sent = 20,046 served + 2 refused + 11 failed + 0 lost, 0 duplicated';

describe('every format', () => {
  test('writes what it says, to the same bytes each time', async () => {
    const [once, again] = [await filesOf(rehearsedRun()), await filesOf(rehearsedRun())];
    expect([...once.keys()].sort()).toEqual(
      ['junit.xml', 'report.html', 'report.md', 'seconds.csv', 'stages.csv', 'summary.json', 'timeline.png'].sort(),
    );
    expect(again).toEqual(once);
  });

  test('of text says simulated where it is, and nowhere else', async () => {
    const names = ['html', 'markdown', 'csv', 'json', 'junit'];
    for (const [name, content] of await filesOf(rehearsedRun({evidence: 'simulated'}), names))
      expect(String(content), name).toMatch(/simulated/i);
    // The page carries the words of its style and script, and the others none.
    for (const [name, content] of await filesOf(rehearsedRun(), ['markdown', 'csv', 'json', 'junit']))
      expect(String(content), name).not.toMatch(/simulated/i);
    expect((await filesOf(rehearsedRun(), ['html'])).get('report.html')).not.toContain('<strong class="simulated">');
  });

  test('can show a rehearsal that was broken off before anything served', async () => {
    const {rehearsal, verdict} = rehearsedRun();
    const none = {sent: 0, served: 0, refused: 0, failed: 0, lost: 0, duplicated: 0};
    const [stage] = rehearsal.stages;
    const bare: RehearsedRun = {
      ...{seconds: [], memory: []},
      rehearsal: {
        ...{...rehearsal, status: 'failed', failure: {code: 'ENGINE_NOT_STARTED', message: 'the port is in use'}},
        ...{stages: stage === undefined ? [] : [{...stage, endMs: null, outcome: 'failed'}]},
        ...{events: [], sides: [], answers: [], engines: [], blocks: []},
      },
      verdict: {
        ...{...verdict, accounting: none, checks: [], equivalence: [], identity: []},
        stages: verdict.stages.slice(0, 1).map(one => ({...one, endMs: null, requests: none})),
      },
    };
    const files = await filesOf(bare);
    expect(files.size).toBe(7);
    expect(String(files.get('report.md'))).toMatch(/Not complete \(failed\)\*\* the port is in use/);
    expect(String(files.get('report.html'))).toMatch(/not complete \(failed\): the port is in use/);
  });
});

describe('report.md', () => {
  test('begins with both verdicts and the accounting', async () => {
    const [title, , accounting] = String((await filesOf(rehearsedRun())).get('report.md')).split('\n');
    expect(title).toBe('# Migration GO, rollback GO: vllm 0.26.0 (vllm-tuned) → sglang 0.5.17 (sglang)');
    expect(accounting).toBe(`**${identity}**`);
  });
});

describe('what is said once', () => {
  const markdownOf = async (run: RehearsedRun) => String((await filesOf(run, ['markdown'])).get('report.md'));

  test('that the numbers say GO, and a check that stands among the times', async () => {
    const {verdict} = rehearsedRun();
    const detail = '1.6 s from the decision to go back until the baseline had all requests (limit 5 s).';
    const check = {code: 'rollback-time', of: 'rollback' as const, outcome: 'pass' as const, detail};
    const text = await markdownOf(rehearsedRun({evidence: 'simulated', verdict: {checks: [...verdict.checks, check]}}));
    expect(text.match(/numbers( alone)? say GO/g)).toHaveLength(2); // one of each verdict
    expect(text).toMatch(/Rolled back after \| 1\.6 s \| 5 s \| pass \|/);
    expect(text).not.toContain('rollback-time');
    expect(text).toContain('chat answers differ (not required by the plan): 1 of 8 greedy texts');
  });

  test('a side that was started twice with the same arguments on other ports', async () => {
    const run = rehearsedRun();
    const again = run.rehearsal.sides.flatMap(side => [
      side,
      {
        ...{...side, incarnation: 2},
        servers: side.servers.map(server => ({
          ...{...server, command: server.command?.map(word => word.replace(/^(8000|30000)$/, '4777')) ?? null},
        })),
      },
    ]);
    const text = await markdownOf({...run, rehearsal: {...run.rehearsal, sides: again}});
    expect(text.match(/baseline, chat: arguments/g)).toHaveLength(1);
    expect(text).toContain('| baseline: started | 2 times |');
  });

  test.each([
    [['rehearse'], '2026-11-22T0900-rehearsal-b7k2'],
    [['rehearse', '--out', '/data/one'], '/data/one'],
    [['rehearse', '--out=/data/one'], '/data/one'],
  ])('%j is shown again from %s', async (command, folder) => {
    const text = await markdownOf(rehearsedRun({rehearsal: {command}}));
    expect(text).toContain(`npm run rehearse -- --from ${folder}\n`);
  });

  test('times below a second are milliseconds', async () => {
    const {verdict} = rehearsedRun();
    const times = {...verdict.times, rollbackSeconds: 0.0104, recoverSeconds: 0};
    const text = await markdownOf(rehearsedRun({verdict: {times}}));
    expect(text).toMatch(/Rolled back after \| 10 ms \|/);
    expect(text).toMatch(/Recovered after \| 0 s \|/);
  });
});

describe('summary.json', () => {
  test('has what a script asks first at its top, and all of the verdict', () => {
    const run = rehearsedRun();
    const {evidence, status, strategy, scenario, ...rest} = rehearsalSummary(run);
    expect({evidence, status, strategy, scenario}).toEqual({
      ...{evidence: 'real', status: 'complete', strategy: 'blue-green', scenario: 'dies-under-load'},
    });
    expect(rest).toEqual(run.verdict);
    expect(rest.stages[0]).toMatchObject({name: 'baseline-up', startMs: 0, endMs: 22_000});
  });
});

describe('CSV', () => {
  const rows = async (name: string) => {
    const [head = '', ...lines] = String((await filesOf(rehearsedRun(), ['csv'])).get(name))
      .trim()
      .split('\n');
    const keys = head.split(',');
    return lines.map(line => Object.fromEntries(line.split(',').map((cell, place) => [keys[place], cell])));
  };

  test('has a line for each second; their outcomes come to what was sent, and what was not measured is empty', async () => {
    const seconds = await rows('seconds.csv');
    expect(seconds).toHaveLength(184);
    const sum = (key: string) => seconds.reduce((all, row) => all + Number(row[key]), 0);
    expect(['served', 'refused', 'failed', 'lost'].map(sum)).toEqual([20_046, 2, 11, 0]);
    expect(seconds[0]).toMatchObject({evidence: 'real', second: '0', served: '0', chat_e2e_p50_ms: ''});
  });

  test('has a line for each stage', async () => {
    const stages = await rows('stages.csv');
    expect(stages.map(({stage}) => stage)).toEqual(rehearsedRun().verdict.stages.map(({name}) => name));
    expect(stages[6]).toMatchObject({stage: 'fault', failed: '11', refused: '2', downtime_ms: '42'});
  });
});

describe('junit.xml', () => {
  test('has a case for each check of a plan, red where a GO is missing something, grey where nothing was asked', async () => {
    const {verdict} = rehearsedRun();
    const failed = verdict.checks.map(one => (one.code === 'identity' ? {...one, outcome: 'fail' as const} : one));
    const xml = String((await filesOf(rehearsedRun({verdict: {checks: failed}}), ['junit'])).get('junit.xml'));
    expect(xml).toMatch(/<testsuite name="migration" tests="9" failures="0" errors="0" skipped="1" time="69.000"/);
    expect(xml).toMatch(/<testsuite name="rollback" tests="8" failures="1" errors="0" skipped="0" time="50.000"/);
    expect(xml).toMatch(/name="identity">\s*<failure type="fail" message="Image digest/);
  });
});
