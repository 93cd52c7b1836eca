import {describe, expect, test} from 'vitest';
import type {DecidedRun} from './decided-run.ts';
import {renderJunit} from './junit.ts';
import {decidedRun} from './test-decided-run.ts';

const documentOf = async (run: DecidedRun): Promise<string> => String((await renderJunit(run))[0]?.content);

interface Parsed {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Parsed[];
  text: string;
}

/** The XML that is written here and no other: throws where a tag is not closed or an attribute is not quoted. */
const parsed = (xml: string): Parsed => {
  const document: Parsed = {name: '', attributes: {}, children: [], text: ''};
  const open = [document];
  const tag = /<\?xml[^>]*\?>\n|<(\/?)([a-z]+)((?: [a-z]+="[^"<>]*")*)(\/?)>|([^<>]+)/gy;
  while (tag.lastIndex < xml.length) {
    const at = tag.lastIndex;
    const found = tag.exec(xml);
    const parent = open.at(-1);
    if (found === null || parent === undefined) throw new Error(`no XML at ${at}: ${xml.slice(at, at + 60)}`);
    const [, closing, name, attributes = '', empty, text] = found;
    if (text !== undefined) parent.text += text;
    if (name === undefined) continue;
    if (closing === '/') {
      expect(open.pop()?.name).toBe(name);
      continue;
    }
    const pairs = [...attributes.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]);
    const element: Parsed = {name, attributes: Object.fromEntries(pairs), children: [], text: ''};
    parent.children.push(element);
    if (empty !== '/') open.push(element);
  }
  expect(open).toEqual([document]);
  const [root] = document.children;
  if (root === undefined) throw new Error('no root');
  return root;
};

const casesOf = (root: Parsed) =>
  new Map(
    root.children.flatMap(suite =>
      suite.children.map(one => [
        `${suite.attributes.name} / ${one.attributes.name}`,
        one.children[0]?.name ?? 'passed',
      ]),
    ),
  );

const endings = async (run: DecidedRun) => casesOf(parsed(await documentOf(run)));

describe('JUnit', () => {
  test('has a suite for the verdict, each workload and the answers, with counts that are those of its cases', async () => {
    const root = parsed(await documentOf(decidedRun()));
    expect(root.name).toBe('testsuites');
    expect(root.children.map(({attributes}) => attributes.name)).toEqual([
      'verdict',
      'workload chat',
      'workload prefix',
      'workload embed',
      'workload rerank',
      'answers',
    ]);
    const counted = (suite: Parsed, name: string) =>
      suite.children.filter(({children}) => children[0]?.name === name).length;
    for (const suite of root.children)
      expect(suite.attributes).toMatchObject({
        tests: String(suite.children.length),
        failures: String(counted(suite, 'failure')),
        errors: String(counted(suite, 'error')),
        skipped: String(counted(suite, 'skipped')),
        time: expect.stringMatching(/^\d+\.\d{3}$/),
        timestamp: '2026-11-22T09:00:00',
      });
    const sum = (key: string) => root.children.reduce((total, {attributes}) => total + Number(attributes[key]), 0);
    expect(root.attributes).toMatchObject({
      tests: String(sum('tests')),
      failures: String(sum('failures')),
      errors: String(sum('errors')),
    });
  });

  test('a metric that fails is a failure, one that passes has nothing, one without a margin is no case', async () => {
    const ended = await endings(decidedRun());
    expect(ended.get('verdict / verdict')).toBe('failure');
    expect(ended.get('workload embed / Throughput (primary)')).toBe('failure');
    expect(ended.get('workload chat / Output throughput (primary)')).toBe('passed');
    expect(ended.has('workload prefix / TPOT p50 (secondary)')).toBe(false);
  });

  test('a primary metric that is not decided is an error, and a secondary one is skipped', async () => {
    const run = decidedRun();
    const workloads = run.verdict.workloads.map(workload => ({
      ...workload,
      metrics: workload.metrics.map(metric => ({...metric, outcome: 'inconclusive' as const})),
    }));
    const ended = await endings({...run, verdict: {...run.verdict, workloads}});
    expect(ended.get('workload chat / Output throughput (primary)')).toBe('error');
    expect(ended.get('workload chat / TTFT p50 (secondary)')).toBe('skipped');
  });

  test('a judged metric that is missing is an error, whatever its rank', async () => {
    const run = decidedRun();
    const workloads = run.verdict.workloads.map(workload => ({
      ...workload,
      metrics: workload.metrics.map(metric => ({...metric, outcome: 'missing' as const})),
    }));
    const ended = await endings({...run, verdict: {...run.verdict, workloads}});
    expect(ended.get('workload chat / TTFT p50 (secondary)')).toBe('error');
  });

  test.each(['NO-GO', 'INCONCLUSIVE', 'VOID'] as const)('%s never looks like a pass', async verdict => {
    const run = decidedRun();
    const ended = await endings({...run, verdict: {...run.verdict, verdict}});
    expect(ended.get('verdict / verdict')).toMatch(/^(failure|error)$/);
  });

  test('a gate is skipped where the blocks were made again, and an error where that left too few', async () => {
    expect((await endings(decidedRun())).get('workload embed / gate gpu-throttled')).toBe('skipped');
    expect((await endings(decidedRun({statistics: 'VOID'}))).get('workload embed / gate gpu-throttled')).toBe('error');
    expect((await endings(decidedRun())).get('workload chat / gates')).toBe('passed');
  });

  test('answers that are needed and differ are a failure, those that are not known an error, others are skipped', async () => {
    const run = decidedRun();
    const answer = (role: 'chat' | 'embed' | 'rerank', outcome: 'differs' | 'unknown', required: boolean) => ({
      ...{role, outcome, required},
      detail: 'x',
    });
    const answers = [
      answer('embed', 'differs', true),
      answer('rerank', 'unknown', true),
      answer('chat', 'unknown', false),
    ];
    const ended = await endings({...run, verdict: {...run.verdict, answers}});
    expect([...ended].filter(([name]) => name.startsWith('answers'))).toEqual([
      ['answers / answers of embed', 'failure'],
      ['answers / answers of rerank', 'error'],
      ['answers / answers of chat (not required)', 'skipped'],
    ]);
  });

  test('what an engine or a user wrote cannot leave its place', async () => {
    const run = decidedRun();
    const hostile = ']]></failure><script>alert(1)</script>\u0000\u001b[31m & "x"';
    const [first, ...others] = run.verdict.workloads;
    if (first === undefined) throw new Error('the example has workloads');
    const xml = await documentOf({
      ...run,
      verdict: {...run.verdict, reasons: [hostile], workloads: [{...first, name: hostile}, ...others]},
    });
    expect(xml).not.toContain('<script');
    expect(casesOf(parsed(xml)).size).toBeGreaterThan(10);
  });
});
