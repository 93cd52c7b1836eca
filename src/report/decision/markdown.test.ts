import {describe, expect, test} from 'vitest';
import type {DecidedRun} from './decided-run.ts';
import {renderMarkdown} from './markdown.ts';
import {decidedRun} from './test-decided-run.ts';

const documentOf = async (run: DecidedRun): Promise<string> => String((await renderMarkdown(run))[0]?.content);

/** Headings and table rows as a reader of GitHub's Markdown splits them: an escaped pipe is no border. */
const rowsOf = (text: string) =>
  text
    .split('\n')
    .filter(line => line.startsWith('| '))
    .map(line => line.split(/(?<!\\)\|/).length);

describe('report.md', () => {
  test('begins with the verdict and its reason', async () => {
    const lines = (await documentOf(decidedRun())).split('\n');
    expect(lines[0]).toBe('# NO-GO: vLLM 0.26.0 → SGLang 0.5.18');
    expect(lines[2]).toBe(
      '**embed: the candidate is worse than the margin of 10 % in items a second: 0.855 of the baseline.**',
    );
  });

  test('has its sections in the order in which a reviewer asks', async () => {
    const headings = [...(await documentOf(decidedRun())).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual([
      'Threats to validity',
      'Metrics',
      'Answers',
      'Looks',
      'Void blocks',
      'Claims',
      'Conditions',
      'How to reproduce',
    ]);
  });

  test('says before any number what the sides differ in beside the engine', async () => {
    const [head = ''] = (await documentOf(decidedRun())).split('## Threats');
    expect(head).toContain(
      'Not the engine alone differs:\n\n- Each side has limits of its own (launch plan vllm-tuned and sglang)',
    );
  });

  test('names no GPU minutes where there is no GPU', async () => {
    const {machine} = decidedRun().decision;
    expect(await documentOf(decidedRun())).toMatch(/; [\d.]+ GPU minutes$/m);
    const without = await documentOf(decidedRun({decision: {machine: {...machine, gpus: []}}}));
    expect(without).toMatch(/; [\d.]+ minutes, without a GPU$/m);
  });

  test('a metric has its values, ratio, interval, limit, floor and outcome in a row', async () => {
    const run = decidedRun();
    const [chat] = run.verdict.workloads;
    const [primary] = chat?.metrics ?? [];
    if (chat === undefined || primary === undefined) throw new Error('the example has a workload');
    const metric = {
      ...primary,
      ...{baseline: 7120.8, candidate: 7302.8, limitRatio: 1 / 1.1, floorShare: 0.0168, difference: 'none' as const},
      ratio: {estimate: 1.0233, low: 1.0051, high: 1.0419},
    };
    const workloads = [{...chat, metrics: [metric]}];
    expect(await documentOf({...run, verdict: {...run.verdict, workloads}})).toContain(
      '| Output throughput, tokens/s (primary) | 7121 | 7303 | 1.02 | 1.01 to 1.04 | above 0.9091 (margin 10\u00a0%) | ±1.7 % | not shown | pass |',
    );
  });

  test('a metric that was not measured has empty cells and says why', async () => {
    const text = await documentOf(decidedRun());
    expect(text).toContain('| E2E p99, ms |  |  |  |  |  |  | not shown | missing |');
    expect(text).toContain('- E2E p99 (missing): n too small for a certified P99');
  });

  test('says of simulated evidence that it is, and what the numbers alone say', async () => {
    const run = decidedRun({statistics: 'GO', evidence: 'simulated'});
    const text = await documentOf({
      ...run,
      verdict: {...run.verdict, verdict: 'INCONCLUSIVE', statistics: 'GO', morePairs: 4},
    });
    expect(text).toContain('> **Simulated evidence: says nothing about a real engine.**');
    expect(text).toContain('- The numbers alone say GO.');
    expect(text).toContain('- About 4 more pairs are needed.');
  });

  test('claims that have this decision or its runs as evidence are there, others are not', async () => {
    const text = await documentOf(decidedRun());
    expect(text).toContain('| thr-code: ');
    expect(text).not.toContain('rollback');
  });

  test('no text of an engine, a model or a user is HTML, a heading or a border of a table', async () => {
    const hostile = '<script>alert(1)</script>|x|\n# GO\n![i](http://e/x.png)<img src=x onerror=alert(1)>';
    const run = decidedRun();
    const [server] = run.records.candidate.engine.servers;
    if (server === undefined) throw new Error('the example has servers');
    const engine = {
      ...run.records.candidate.engine,
      ...{title: hostile, version: hostile, stack: hostile},
      servers: [{...server, model: hostile, command: [hostile]}],
    };
    const text = await documentOf({
      ...run,
      decision: {...run.decision, command: ['decide', hostile]},
      verdict: {
        ...run.verdict,
        reasons: [hostile, hostile],
        threats: [hostile],
        answers: [{role: 'chat', required: true, outcome: 'differs', detail: hostile}],
        gates: [{code: hostile, blocks: 1}],
        workloads: run.verdict.workloads.map(workload => ({...workload, name: hostile, reason: hostile})),
      },
      records: {...run.records, candidate: {...run.records.candidate, engine}},
      claims: run.claims.map(({claim, verdict}) => ({
        claim: {...claim, claim: hostile},
        verdict: {...verdict, reason: hostile},
      })),
    });
    expect(text).not.toMatch(/(?<!\\)<(?!\\)/);
    expect(text).not.toMatch(/(?<!\\)!\[/);
    expect(text).not.toMatch(/^# GO/m);
    const plain = await documentOf(run);
    expect(new Set(rowsOf(text))).toEqual(new Set(rowsOf(plain)));
  });

  test('stays under the megabyte of a job page, keeps what comes first and says that it ends early', async () => {
    const run = decidedRun();
    const threats = Array.from({length: 5000}, () => 'x'.repeat(400));
    const text = await documentOf({...run, verdict: {...run.verdict, threats}});
    expect(Buffer.byteLength(text)).toBeLessThan(1024 * 1024);
    expect(text).toContain('# NO-GO');
    expect(text).toContain('see report.html');
  });
});
