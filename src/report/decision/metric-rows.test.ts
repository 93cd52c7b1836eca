import {describe, expect, test} from 'vitest';
import {renderCsv} from './csv.ts';
import {renderJson} from './json.ts';
import {metricRowKeys, metricRowsOf} from './metric-rows.ts';
import {decidedRun} from './test-decided-run.ts';

const run = decidedRun();
const metricCount = run.verdict.workloads.reduce((sum, {metrics}) => sum + metrics.length, 0);

describe('metrics.csv', () => {
  test('has a head and one line for each metric of each workload', async () => {
    const [file] = await renderCsv(run);
    expect(file?.name).toBe('metrics.csv');
    const lines = String(file?.content).trimEnd().split('\n');
    expect(lines[0]).toBe(metricRowKeys.join(','));
    expect(lines).toHaveLength(1 + metricCount);
  });

  test('numbers are unrounded and what was not measured is empty, never 0', async () => {
    const [first] = metricRowsOf(run);
    const [metric] = run.verdict.workloads[0]?.metrics ?? [];
    expect(first?.[metricRowKeys.indexOf('ratio')]).toBe(metric?.ratio?.estimate);
    const [file] = await renderCsv(run);
    const missing = String(file?.content)
      .split('\n')
      .find(line => line.includes(',missing,'));
    expect(missing).toContain(',missing,,,6,,,,,');
  });

  test('a reason that is a formula is text', async () => {
    const workloads = run.verdict.workloads.map(workload => ({
      ...workload,
      metrics: workload.metrics.map(metric => ({...metric, reason: '=cmd|calc!A1'})),
    }));
    const [file] = await renderCsv({...run, verdict: {...run.verdict, workloads}});
    expect(String(file?.content)).toContain(",'=cmd|calc!A1\n");
  });
});

test('summary.json has the verdict, the rows of metrics.csv by their keys and the claims touched', async () => {
  const [file] = await renderJson(run);
  const summary = JSON.parse(String(file?.content));
  expect(summary).toMatchObject({verdict: 'NO-GO', statistics: 'NO-GO', reason: run.verdict.reasons[0]});
  expect(summary.metrics).toHaveLength(metricCount);
  expect(Object.keys(summary.metrics[0])).toEqual(metricRowKeys);
  expect(summary.claims.map(({id}: {id: string}) => id)).not.toContain('rollback');
});
