import {expect, test} from 'vitest';
import type {MetricVerdict, Verdict} from '../../schema/verdict.ts';
import {schemaVersion} from '../../schema/version.ts';
import {decisionText, ratioText} from './decision-text.ts';

const metric = (over: Partial<MetricVerdict> = {}): MetricVerdict => ({
  ...{metric: 'outputTokensPerSecond', rank: 'primary', better: 'higher', marginShare: 0.1, limitRatio: 0.909091},
  ...{
    outcome: 'pass',
    reason: 'Output throughput is not worse than its margin.',
    baseline: 100,
    candidate: 102,
    pairs: 6,
  },
  ...{ratio: {estimate: 1.02, low: 0.99, high: 1.05}, judged: null, floorShare: 0.0322, difference: 'none'},
  ...{equivalent: true, hodgesLehmannRatio: null, mannWhitneyP: null, holmP: null, morePairs: null},
  ...{pairRatios: [], aaRatios: []},
  ...over,
});

const undecidable = metric({
  ...{
    metric: 'e2eP50Ms',
    rank: 'secondary',
    better: 'lower',
    limitRatio: 1.1,
    outcome: 'undecidable',
    floorShare: 0.122,
  },
  reason: 'E2E p50 cannot be judged: its margin of 10.0 % is below the noise floor of 12.2 %.',
});
const missing = metric({
  ...{metric: 'ttftP99Ms', rank: 'secondary', better: 'lower', limitRatio: 1.5, outcome: 'missing'},
  ...{ratio: null, floorShare: null, pairs: 0, reason: 'TTFT p99 is missing: it needs 662 requests a block.'},
});
const shown = metric({
  ...{metric: 'ttftP50Ms', rank: 'secondary', marginShare: null, limitRatio: null, outcome: 'shown', pairs: 1},
  ratio: {estimate: 0.9, low: null, high: null},
});

const workload = (name: string, metrics: MetricVerdict[]): Verdict['workloads'][number] => ({
  ...{name, outcome: 'pass', reason: '', validPairs: 6, voidPairs: 0},
  metrics,
});

const verdict = (over: Partial<Verdict> = {}): Verdict => ({
  ...{schemaVersion, decisionId: 'd1', verdict: 'INCONCLUSIVE', statistics: 'INCONCLUSIVE', morePairs: null},
  ...{looks: [], gates: [], answers: [], threats: []},
  reasons: ['chat: TTFT p99 is missing: it needs 662 requests a block.'],
  workloads: [workload('chat', [metric(), undecidable, missing, shown])],
  ...over,
});

test('the verdict and its reasons come first, then the metrics, and then why nothing is told of some', () => {
  expect(decisionText(verdict()).split('\n')).toEqual([
    'INCONCLUSIVE',
    '  chat: TTFT p99 is missing: it needs 662 requests a block.',
    '',
    '                         candidate ÷ baseline  limit           noise floor  pairs  outcome',
    'chat  Output throughput  1.020 [0.990, 1.050]  at least 0.909        3.2 %      6  pass',
    'chat  E2E p50            1.020 [0.990, 1.050]  at most 1.100        12.2 %      6  undecidable',
    'chat  TTFT p99           -                     at most 1.500             -      0  missing',
    'chat  TTFT p50           0.900                 -                     3.2 %      1  shown',
    '',
    // What is missing is among the reasons already.
    'chat: E2E p50 cannot be judged: its margin of 10.0 % is below the noise floor of 12.2 %.',
    '',
  ]);
});

test('where lines would be longer than 100 columns the noise floor is left out', () => {
  const lines = (name: string) =>
    decisionText(verdict({workloads: [workload(name, [metric(), undecidable])]})).split('\n');
  expect(
    lines('x'.repeat(10))
      .slice(3, 6)
      .map(line => line.length),
  ).toEqual([96, 93, 100]);
  expect(lines('x'.repeat(10))[3]).toContain('noise floor');
  const [head = '', first] = lines('x'.repeat(11)).slice(3);
  expect(head).not.toContain('noise floor');
  expect(first).toBe(`${'x'.repeat(11)}  Output throughput  1.020 [0.990, 1.050]  at least 0.909      6  pass`);
});

test('answers and threats follow, as one line each, whatever an engine put into them', () => {
  const text = decisionText(
    verdict({
      workloads: [workload('chat', [metric()])],
      reasons: ['The \u001b[31mengines\u001b[0m differ.'],
      answers: [
        {role: 'embed', required: true, outcome: 'same', detail: 'Five measures.'},
        {role: 'chat', required: false, outcome: 'differs', detail: 'Not so:\ntexts'},
      ],
      threats: ['One machine.'],
    }),
  );
  expect(text.split('\n').slice(1, 2)).toEqual(['  The engines differ.']);
  expect(text.split('\n').slice(5)).toEqual([
    '',
    'embed answers: same. Five measures.',
    'chat answers: differs (not required). Not so: texts',
    '',
    'Read it with this in mind:',
    '  One machine.',
    '',
  ]);
});

test('a ratio has its interval where it has one', () => {
  expect(ratioText({estimate: 1.0214, low: 0.9909, high: 1.0526})).toBe('1.021 [0.991, 1.053]');
  expect(ratioText({estimate: 2, low: null, high: null})).toBe('2.000');
});
