import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {exampleTrial} from '../records/test-run.ts';
import {claimVerdict} from '../schema/claim.ts';
import {metricNames} from '../schema/plan.ts';
import {claims} from './claims.ts';
import {type Evidence, realOnly, sides} from './evidence.ts';
import {ledger} from './ledger.ts';
import {rules} from './rules.ts';
import {decided, evidenceOf, memory, run, server} from './test-evidence.ts';

/** The rows of the list of claims that the project was given; `sync-…` is three. */
const ids =
  'mem-tuned mem-sglang thr-code lat-multiturn concurrent dropin fractions matryoshka rollback pd-split h100-throughput h100-ttft h100-p99 sync-lora sync-disk sync-restart startup cache-repeat cache-5x kv-router page-size token-savings warm-prefix fallback vram-by-size';

const workloads = [
  {kind: 'chat', promptTokens: 2048, outputTokens: 128, sharedPrefix: 0.8},
  {kind: 'chat', promptTokens: 512, outputTokens: 128},
  {kind: 'prefix', promptTokens: 2048, outputTokens: 128, turns: 5},
  {kind: 'repeat', promptTokens: 2048, outputTokens: 16, times: 3},
  {kind: 'warmed', promptTokens: 2048, outputTokens: 16, warm: true},
] as const;

/** Whatever a simulated engine could show, with the word of how it came about left to the caller. */
const anyEvidence = (kind: 'real' | 'simulated'): fc.Arbitrary<Evidence> =>
  fc
    .record({
      workload: fc.constantFrom(...workloads),
      metric: fc.constantFrom(...metricNames),
      estimate: fc.double({min: 0.05, max: 20, noNaN: true}),
      pairs: fc.integer({min: 0, max: 40}),
      model: fc.constantFrom('Qwen2.5-Coder-1.5B', 'Llama-3.1-8B', 'a-7B'),
      readySeconds: fc.integer({min: 1, max: 500}),
      processMiB: fc.integer({min: 100, max: 80_000}),
    })
    .map(({workload, metric, estimate, pairs, model, readySeconds, processMiB}) => {
      const ratio = [estimate * 0.99, estimate, estimate * 1.01] as const;
      const servers = (['chat', 'embed', 'rerank'] as const).map(role =>
        server({role, model, readySeconds, memory: memory(processMiB), command: ['--mem-fraction-static', '0.7']}),
      );
      const trials = [exampleTrial({workload})];
      const of = (runId: string, engine: string) => run({runId, engine, servers, trials, evidence: kind});
      return evidenceOf({
        runs: [of('x', sides.from), of('y', sides.to)],
        decisions: [decided({metric, workload, ratio, pairs, model, evidence: kind})],
        answers: [{kind: 'contract', from: 'x', to: 'y', outcome: 'differs', compared: 1, differences: ['all']}],
        turnRatios: [{runId: 'y', trial: 0, turn: 2, ratios: Array.from({length: 20}, () => estimate)}],
      });
    });

describe('the claims', () => {
  test('are all that were given, once each, and have a rule', () => {
    expect(claims.map(({id}) => id).sort()).toEqual(ids.split(' ').sort());
    expect(Object.keys(rules).sort()).toEqual(ids.split(' ').sort());
  });

  test('are judged in their order, as the schema says', () => {
    const entries = ledger(evidenceOf());
    expect(entries.map(({claim, verdict}) => [claim.id, claimVerdict.parse(verdict).id])).toEqual(
      claims.map(({id}) => [id, id]),
    );
  });
});

const unsettled = ['not run', 'not measurable as worded'];

describe('simulated evidence', () => {
  test('settles no claim, whatever it shows', () => {
    fc.assert(
      fc.property(anyEvidence('simulated'), evidence => {
        const settled = ledger(evidence).filter(({verdict}) => !unsettled.includes(verdict.outcome));
        expect(settled.map(({claim}) => claim.id)).toEqual([]);
      }),
    );
  });

  test('says no more than none at all', () => {
    fc.assert(
      fc.property(anyEvidence('simulated'), evidence => {
        expect(ledger(evidence)).toEqual(ledger(evidenceOf()));
      }),
    );
  });

  test('the same from a real engine settles some: it is the word that makes the difference', () => {
    fc.assert(
      fc.property(anyEvidence('real'), evidence => {
        expect(ledger(evidence).some(({verdict}) => !unsettled.includes(verdict.outcome))).toBe(true);
      }),
    );
  });

  test('is left out part by part: a simulated trial of a real run, and a decision with one simulated side', () => {
    const mixed = run({trials: [exampleTrial(), exampleTrial()]});
    const [first, second] = mixed.trials;
    if (first === undefined || second === undefined) throw new TypeError('there are two');
    const record = {...mixed, trials: [first, {...second, evidence: 'simulated' as const}]};
    const decision = decided({metric: 'e2eP50Ms', workload: workloads[2], ratio: [0.7, 0.8, 0.85]});
    const {candidate} = decision.records;
    const half = {
      ...decision,
      records: {...decision.records, candidate: {...candidate, evidence: 'simulated' as const}},
    };
    const real = realOnly(evidenceOf({runs: [record], decisions: [half, decision]}));
    expect(real.runs[0]?.trials).toEqual([first]);
    expect(real.decisions).toEqual([decision]);
  });
});
