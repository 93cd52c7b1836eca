import {expect, test} from 'vitest';
import {exampleRecord, exampleTrial} from '../records/test-run.ts';
import type {RunRecord} from '../schema/record.ts';
import type {MetricVerdict} from '../schema/verdict.ts';
import {compareRuns} from './compare.ts';
import {comparisonText} from './comparison-text.ts';
import {decidedRun} from './decision/test-decided-run.ts';
import {gpusOf} from './gpu-count.ts';
import {type DecidedTopologies, mapOfDecision, mapOfRuns} from './topology-map.ts';
import {topologyMapText} from './topology-map-text.ts';

const [plain] = exampleRecord().engine.servers as [RunRecord['engine']['servers'][number]];
const onCards = (stack: string, cards: readonly (readonly number[])[], changes: Partial<RunRecord> = {}): RunRecord => {
  const record = exampleRecord(changes);
  const members = cards.map((own, index) => ({
    ...plain,
    ...{name: `replica-${index + 1}`, part: 'replica' as const, cards: [...own]},
    ...{container: null, startup: null, memory: null},
  }));
  return {...record, engine: {...record.engine, stack, servers: [{...plain, members}]}};
};

test('GPUs are those of the members, or what the widest plain server is spread over', () => {
  const started = (...commands: (string[] | null)[]) =>
    gpusOf({engine: {...exampleRecord().engine, servers: commands.map(command => ({...plain, command}))}});
  expect(gpusOf(onCards('pd', [[0], [1, 2], [], [2]]))).toBe(3);
  expect(started(['vllm', 'serve'], ['vllm', 'serve', '--tensor-parallel-size', '4'])).toBe(4);
  expect(started(['sglang', '--tp=2'])).toBe(2);
  expect(started(['vllm', 'serve'])).toBe(1);
  expect([started(null), started(['vllm'], null), started()]).toEqual([null, null, null]);
  expect(gpusOf(onCards('simulated', [[], []]))).toBeNull();
});

test('two topologies on unlike numbers of GPUs are told so, with what a GPU of each brought', () => {
  const rate = (outputTokensPerSecond: number) => ({trials: [exampleTrial({outputTokensPerSecond})]});
  const comparison = compareRuns(onCards('one', [[0]], rate(3000)), onCards('two', [[0], [1]], rate(5000)));
  expect(comparison.suites[0]?.measures).toContainEqual({
    key: 'output_tokens_per_second_per_gpu',
    title: 'output per GPU',
    unit: 'tok/s',
    a: {median: 3000, min: 3000, max: 3000},
    b: {median: 2500, min: 2500, max: 2500},
    ratio: 2500 / 3000,
  });
  expect(comparisonText(comparison)).toContain('GPUs: 1 in A, 2 in B');
  const even = compareRuns(onCards('one', [[0], [1]], rate(3000)), onCards('two', [[0], [1]], rate(5000)));
  expect([even.gpus, comparisonText(even).includes('per GPU')]).toEqual([null, false]);
});

test('runs describe: their ratios are given, and none of them wins', () => {
  const faster = exampleTrial({
    outputTokensPerSecond: 14_248.8,
    ttftMs: {n: 700, mean: 24, p50: 22.625, p90: 30, p95: 35, p99: 45, max: 60},
    tpotMs: {n: 700, mean: 8, p50: 10, p90: 9, p95: 9.5, p99: 10, max: 11},
  });
  const rows = mapOfRuns([
    onCards('replicas', [[0], [1]]),
    onCards('pd', [[0], [1]], {trials: [faster]}),
    onCards('pd-1-2', [[0], [1], [2]], {trials: [faster]}),
    onCards('pd', [[0], [1]], {trials: [faster], evidence: 'simulated'}),
  ]);
  const alone = (estimate: number) => ({estimate, low: null, high: null});
  expect(rows[0]).toEqual({
    ...{stage: 'chat', workload: 'chat 512→128', a: 'replicas', b: 'pd', gpus: {a: 2, b: 2}},
    ratios: {throughput: alone(2), ttft: alone(0.5), tpot: alone(1.25)},
    ...{winner: null, why: 'runs, not blocks in turn'},
  });
  expect(rows.map(({why}) => why)).toEqual(['runs, not blocks in turn', '2 GPUs against 3 GPUs', 'simulated evidence']);
  expect(mapOfRuns([onCards('replicas', [[0]])])).toEqual([]);
});

const decidedMap = (changes: Partial<MetricVerdict>, candidateCards = [[0], [1]]) => {
  const {decision, verdict} = decidedRun();
  const [workload] = decision.plan.workloads;
  const [judged] = verdict.workloads;
  const [metric] = judged?.metrics ?? [];
  if (workload === undefined || judged === undefined || metric === undefined) throw new TypeError('no such example');
  const of: DecidedTopologies = {
    decision: {...decision, evidence: 'real', storedBaseline: null, plan: {...decision.plan, workloads: [workload]}},
    verdict: {
      ...verdict,
      verdict: 'GO',
      workloads: [
        {
          ...judged,
          name: workload.name,
          metrics: [
            {
              ...{...metric, metric: 'outputTokensPerSecond', rank: 'primary', pairs: 6, difference: 'better'},
              ratio: {estimate: 1.2, low: 1.1, high: 1.3},
              ...changes,
            },
          ],
        },
      ],
    },
    records: {baseline: onCards('replicas', [[0], [1]]), candidate: onCards('pd', candidateCards)},
  };
  return mapOfDecision(of);
};

test('of a decision the winner is named by the primary metric, or the stage is open', () => {
  const rows = decidedMap({});
  expect(rows).toMatchObject([{a: 'replicas', b: 'pd', winner: 'pd', why: 'outputTokensPerSecond, 6 pairs'}]);
  expect(rows[0]?.ratios).toEqual({throughput: {estimate: 1.2, low: 1.1, high: 1.3}, ttft: null, tpot: null});
  expect(decidedMap({difference: 'worse'})[0]?.winner).toBe('replicas');
  const open = [decidedMap({difference: 'none'}), decidedMap({pairs: 5}), decidedMap({}, [[0], [1], [2]])].flat();
  expect(open.map(({winner, why}) => [winner, why])).toEqual([
    [null, 'no difference beyond the noise'],
    [null, '5 of 6 pairs'],
    [null, '2 GPUs against 3 GPUs'],
  ]);
});

test('the map is one table for each two topologies', () => {
  const [row] = decidedMap({});
  if (row === undefined) throw new TypeError('no row');
  const open = {...row, stage: 'in-512-out-512', winner: null, why: 'no difference beyond the noise'};
  expect(topologyMapText([{...row, stage: 'in-2048-out-32'}, open])).toBe(
    [
      'A  replicas (GPUs: 2)',
      'B  pd (GPUs: 2)',
      '                                     output tok/s  TTFT p50  TPOT p50  wins',
      '  in-2048-out-32  chat 512→128  1.20 [1.10, 1.30]         -         -  pd (outputTokensPerSecond, 6 pairs)',
      '  in-512-out-512  chat 512→128  1.20 [1.10, 1.30]         -         -  open: no difference beyond the noise',
      '',
      'Ratios are B/A. In brackets 95 %, over blocks in pairs.',
      '',
    ].join('\n'),
  );
  expect(topologyMapText([])).toContain('No stage');
});
