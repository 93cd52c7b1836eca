import {describe, expect, test} from 'vitest';
import {readChartJs} from '../../../records/chart-js.ts';
import type {DecidedRun} from '../decided-run.ts';
import {decidedRun} from '../test-decided-run.ts';
import {renderHtml} from './html.ts';

const pageOf = async (run: DecidedRun) => {
  const [file] = await renderHtml(run, {chartJs: readChartJs});
  return String(file?.content);
};

describe('report.html', () => {
  test('is the same bytes each time', async () => {
    expect(await pageOf(decidedRun())).toBe(await pageOf(decidedRun()));
  });

  test('names no address to load from, and a policy that forbids it', async () => {
    const page = await pageOf(decidedRun());
    expect(page).toMatch(/Content-Security-Policy" content="default-src &#39;none&#39;; script-src &#39;sha256-/);
    expect(page).not.toMatch(/<(link|img|iframe|object|embed|base)\b|sourceMappingURL|@import|url\(/);
    expect([...page.matchAll(/ (?:src|href)="(?<to>[^"]*)"/g)].every(({groups}) => groups?.to?.startsWith('#'))).toBe(
      true,
    );
  });

  test.each([
    ['NO-GO', 'real', '<title>NO-GO: vLLM'],
    ['GO', 'real', '<title>GO: vLLM'],
    ['VOID', 'real', '<title>VOID: vLLM'],
    ['GO', 'simulated', '<title>INCONCLUSIVE (SIMULATED): vLLM'],
  ] as const)('of a %s with %s evidence says so in its title', async (statistics, evidence, title) => {
    expect(await pageOf(decidedRun({statistics, evidence}))).toContain(title);
  });

  test('says that it is simulated beside the verdict, and at every chart, and only where it is', async () => {
    const page = await pageOf(decidedRun({statistics: 'GO', evidence: 'simulated'}));
    expect(page).toMatch(/<span class="verdict">INCONCLUSIVE<\/span> <strong class="simulated">SIMULATED/);
    expect(page).toMatch(/says nothing about a real engine\. The numbers alone say GO\./);
    expect(page.match(/<figcaption><h4>[^<]* <strong class="simulated">/g)).toHaveLength(15);
    expect(await pageOf(decidedRun())).not.toMatch(/<strong class="simulated">/);
    expect(await pageOf(decidedRun({candidate: {evidence: 'simulated'}}))).toMatch(/<strong class="simulated">/);
  });

  test('warns beside the verdict of a stored baseline and of a decision that was broken off', async () => {
    const page = await pageOf(
      decidedRun({decision: {storedBaseline: {runId: 'old-run', startedAt: '2026-01-01'}, status: 'interrupted'}}),
    );
    expect(page.split('<nav')[0]).toMatch(
      /Weaker evidence: the baseline is the stored run old-run[\s\S]*not complete \(interrupted\)/,
    );
  });

  test('says beside the verdict what the sides differ in beside the engine', async () => {
    const [head = ''] = (await pageOf(decidedRun())).split('<nav');
    expect(head).toMatch(/Not the engine alone differs:[\s\S]*launch plan vllm-tuned and sglang/);
    const alike = {engine: {...decidedRun().records.baseline.engine, stack: null}};
    expect(await pageOf(decidedRun({baseline: alike, candidate: alike}))).not.toContain('Not the engine alone');
  });

  test('a glance at a workload has both values, the limit with its margin, and what became of the other metrics', async () => {
    const page = await pageOf(decidedRun());
    const row = page.match(/<tr><th scope="row">embed<\/th>[\s\S]*?<\/tr>/)?.[0] ?? '';
    const [primary] = decidedRun().verdict.workloads.find(({name}) => name === 'embed')?.metrics ?? [];
    expect(row).toContain(
      `<td>${Math.round(primary?.baseline ?? 0)}</td><td>${Math.round(primary?.candidate ?? 0)}</td>`,
    );
    expect(row).toContain('above 0.9091 (margin 10\u00a0%)');
    expect(row).toMatch(/<td>\d (pass|fail)[^<]*<\/td>/);
  });

  test('leaves out the parts that nothing was measured for', async () => {
    const bare = {sweeps: [], trials: [], engine: {...decidedRun().records.baseline.engine, servers: []}};
    const page = await pageOf(decidedRun({baseline: bare, candidate: bare}));
    for (const id of ['concurrency', 'memory', 'cache']) expect(page).not.toContain(`id="${id}"`);
    expect(page).toContain('id="timeline"');
  });

  test('does not grow with the requests: a million values make a page as large as ninety thousand do', async () => {
    const [few, many] = [decidedRun(), decidedRun({timesRequests: 12})];
    const values = many.series.reduce(
      (sum, {series}) => sum + Object.values(series).reduce((all, {length}) => all + length, 0),
      0,
    );
    expect(values).toBeGreaterThan(1e6);
    expect((await pageOf(many)).length).toBeLessThan((await pageOf(few)).length * 1.02);
  });
});
