import {expect, test} from 'vitest';
import {exampleRecord} from '../records/test-run.ts';
import type {Check, Examination} from '../schema/examination.ts';
import {compareRuns} from './compare.ts';
import {comparisonText} from './comparison-text.ts';

const check = (id: string, outcome: Check['outcome'], detail: string): Check => ({
  id,
  title: `About ${id}`,
  outcome,
  detail,
  example: null,
});

const run = (checks: Check[]) => {
  const examination: Examination = {
    stage: 'limits',
    spec: {kind: 'limits'},
    repetition: 1,
    evidence: 'real',
    startedAt: '2026-11-21T15:12:10.000Z',
    durationMs: 1,
    answersFile: 'answers-limits-1.jsonl',
    questions: 1,
    dataHash: 'c'.repeat(64),
    checks,
    measures: {},
  };
  return exampleRecord({trials: [], examinations: [examination]});
};

test('checks of two runs are held against each other by their ids: those whose outcome or detail differs are shown', () => {
  const same = check('embed.norm', 'pass', 'norm 1');
  const a = run([same, check('embed.limit', 'note', 'up to 512'), check('rerank.scale', 'note', 'logits')]);
  const b = run([check('embed.limit', 'note', 'up to 511'), same, check('embed.base64', 'fail', 'another\nvector')]);
  const {checks} = compareRuns(a, b);
  expect(checks).toMatchObject([{kind: 'limits', count: 4}]);
  expect(checks[0]?.different.map(({id}) => id)).toEqual(['embed.limit', 'rerank.scale', 'embed.base64']);
  const text = comparisonText(compareRuns(a, b));
  expect(text).toContain(
    [
      'limits: 3 of 4 checks differ',
      '  embed.limit: About embed.limit',
      '    A  note: up to 512',
      '    B  note: up to 511',
      '  rerank.scale: About rerank.scale',
      '    A  note: logits',
      '    B  no such check',
      '  embed.base64: About embed.base64',
      '    A  no such check',
      '    B  fail: another vector',
      '',
    ].join('\n'),
  );
  expect(text).not.toContain('No suite is in both runs');
});
