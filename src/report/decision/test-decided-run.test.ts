import {describe, expect, test} from 'vitest';
import {blockSeries} from '../../schema/block.ts';
import {claim, claimVerdict} from '../../schema/claim.ts';
import {decision} from '../../schema/decision.ts';
import {runRecord} from '../../schema/record.ts';
import {verdict, verdictNames} from '../../schema/verdict.ts';
import {decidedRun} from './test-decided-run.ts';

describe('the example of a decision', () => {
  test('is what the schemas say, with nothing more and nothing less', () => {
    const run = decidedRun();
    expect(decision.parse(run.decision)).toEqual(run.decision);
    expect(verdict.parse(run.verdict)).toEqual(run.verdict);
    expect(runRecord.parse(run.records.baseline)).toEqual(run.records.baseline);
    expect(runRecord.parse(run.records.candidate)).toEqual(run.records.candidate);
    expect(run.series.map(one => blockSeries.parse(one))).toEqual(run.series);
    for (const one of run.claims)
      expect({claim: claim.parse(one.claim), verdict: claimVerdict.parse(one.verdict)}).toEqual(one);
  });

  test('is the same each time', () => {
    expect(decidedRun()).toEqual(decidedRun());
  });

  test.each(verdictNames)('can come to %s', name => {
    expect(decidedRun({statistics: name}).verdict.verdict).toBe(name);
  });

  test('is capped where it is simulated', () => {
    const {verdict: capped, statistics} = decidedRun({statistics: 'GO', evidence: 'simulated'}).verdict;
    expect([capped, statistics]).toEqual(['INCONCLUSIVE', 'GO']);
  });

  test('has every outcome that a metric can have', () => {
    const outcomesOf = (name: 'NO-GO' | 'INCONCLUSIVE') =>
      decidedRun({statistics: name}).verdict.workloads.flatMap(({metrics}) => metrics.map(({outcome}) => outcome));
    expect(new Set([...outcomesOf('NO-GO'), ...outcomesOf('INCONCLUSIVE')])).toEqual(
      new Set(['pass', 'fail', 'inconclusive', 'undecidable', 'missing', 'shown']),
    );
  });
});
