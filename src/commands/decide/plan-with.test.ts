import {expect, test} from 'vitest';
import {migration} from '../../../suites/migration.ts';
import {planWith} from './plan-with.ts';

const nothing = {
  ...{baselineEngine: null, baselineStack: null, candidateEngine: null, candidateStack: null},
  ...{workload: [], requests: null, margin: null, pairs: null, aaPairs: null, budget: null},
};

test('a plan stays what it is where nothing is said', () => {
  expect(planWith(migration, nothing)).toEqual(migration);
});

test('at most so many pairs drops the looks beyond, and looks at the last one', () => {
  expect(planWith(migration, {...nothing, pairs: 8}).lookPairs).toEqual([6, 8]);
  expect(planWith(migration, {...nothing, pairs: 9}).lookPairs).toEqual([6, 8, 9]);
  expect(planWith(migration, {...nothing, pairs: 3}).lookPairs).toEqual([3]);
});

test('a margin is that of the primary metric of each workload', () => {
  const {workloads} = planWith(migration, {...nothing, margin: 0.03});
  expect(workloads.map(({metrics}) => metrics[0]?.marginShare)).toEqual([0.03, 0.03, 0.03, 0.03]);
  expect(workloads[0]?.metrics.slice(1)).toEqual(migration.workloads[0]?.metrics.slice(1));
});

test('another engine takes its default stack, unless one is named', () => {
  expect(planWith(migration, {...nothing, candidateEngine: 'vllm'}).candidate).toEqual({engine: 'vllm', stack: null});
  const named = planWith(migration, {...nothing, candidateEngine: 'vllm', candidateStack: 'vllm-default'});
  expect(named.candidate).toEqual({engine: 'vllm', stack: 'vllm-default'});
});

test('of the workloads that are left, only the servers are asked for answers, required and described', () => {
  const only = (...workload: string[]) => planWith(migration, {...nothing, workload});
  expect([only('embed').answers?.required, only('embed').describe]).toEqual([['embed'], []]);
  expect([only('prefix').answers?.required, only('prefix').describe]).toEqual([[], migration.describe]);
  expect(only('chat', 'rerank').answers).toEqual({...migration.answers, required: ['rerank']});
});

test('a workload that the plan has not is refused with those that it has', () => {
  expect(planWith(migration, {...nothing, workload: ['embed']}).workloads.map(({name}) => name)).toEqual(['embed']);
  expect(() => planWith(migration, {...nothing, workload: ['chad']})).toThrow(
    expect.objectContaining({
      code: 'BAD_OPTIONS',
      message: '--workload chad: the plan migration has no such workload',
      hint: 'It has chat, prefix, embed, rerank.',
    }),
  );
});
