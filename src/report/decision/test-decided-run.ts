import {migration} from '../../../suites/migration.ts';
import type {Claim, ClaimVerdict} from '../../schema/claim.ts';
import type {Decision} from '../../schema/decision.ts';
import type {DecisionPlan} from '../../schema/plan.ts';
import type {RunRecord} from '../../schema/record.ts';
import type {VerdictName} from '../../schema/verdict.ts';
import {schemaVersion} from '../../schema/version.ts';
import type {DecidedRun} from './decided-run.ts';
import {type Behaviour, behaviours, exampleBlocks} from './test-decided-blocks.ts';
import {exampleArm, exampleMachine} from './test-decided-records.ts';
import {exampleVerdict} from './test-decided-verdict.ts';

/** suites/migration.ts, with a margin that no machine can decide, a metric without one, and a P99 that 350 requests do not certify. */
const examplePlan: DecisionPlan = {
  ...migration,
  workloads: migration.workloads.map(workload => {
    if (workload.name === 'rerank')
      return {...workload, metrics: [...workload.metrics, {metric: 'e2eP99Ms', marginShare: null}]};
    if (workload.name === 'prefix')
      return {...workload, metrics: [...workload.metrics, {metric: 'tpotP50Ms', marginShare: null}]};
    if (workload.name !== 'chat') return workload;
    return {...workload, metrics: [...workload.metrics, {metric: 'tpotP99Ms', marginShare: 0.002}]};
  }),
};

const claimOf = (id: string, text: string, size: number | null): Claim => ({
  ...{id, claim: text, size, seeds: ['000'], workload: 'chat', metric: 'output tokens a second', direction: 'higher'},
  ...{hardware: null, measuredBy: 'capacity of both sides', settledBy: 'the interval lies beyond the claimed size'},
});
const claims: readonly {claim: Claim; verdict: ClaimVerdict}[] = [
  [
    'lat-multiturn',
    '10 % lower latency in conversations of several turns',
    0.9,
    'confirmed',
    'E2E of turns from the second on: 0.93 [0.92, 0.94].',
  ],
  [
    'thr-code',
    '6.4 times the throughput on patterns of code search',
    6.4,
    'refuted',
    'Capacity ratio 1.15 [1.12, 1.18].',
  ],
  ['h100-ttft', 'TTFT falls by 22 %', 0.78, 'inconclusive', 'Ratio 0.92 [0.75, 1.12]; 8 more pairs would settle it.'],
  [
    'cache-5x',
    'Up to 5 times less memory for repeated queries',
    0.2,
    'not measurable as worded',
    '"Up to" has no lower bound.',
  ],
  ['rollback', 'Rolling back is restoring old files', null, 'not run', 'No rehearsal has been recorded.'],
].map(([id, text, size, outcome, reason]) => ({
  claim: claimOf(id as string, text as string, size as number | null),
  verdict: {
    ...{id: id as string, outcome: outcome as ClaimVerdict['outcome'], reason: reason as string},
    morePairs: outcome === 'inconclusive' ? 8 : null,
    evidence: outcome === 'not run' ? [] : ['2026-11-22T0900-migration-decision-q2w3'],
    nearest: outcome === 'not measurable as worded' ? 'KV tokens in use with and without prefix caching: 0.41.' : null,
  },
}));

interface ExampleChanges {
  /** What the numbers come to; NO-GO by the candidate's slow embeddings when absent. */
  readonly statistics?: VerdictName;
  readonly evidence?: 'real' | 'simulated';
  /** Times the requests of the plan; at 12 the series have more than 1 million values. */
  readonly timesRequests?: number;
  readonly decision?: Partial<Decision>;
  readonly verdict?: Partial<DecidedRun['verdict']>;
  readonly baseline?: Partial<RunRecord>;
  readonly candidate?: Partial<RunRecord>;
  readonly claims?: DecidedRun['claims'];
}

/** How much of its items a second the candidate keeps in `embed`. */
const embedRates: Readonly<Record<VerdictName, number>> = {GO: 0.99, 'NO-GO': 0.855, INCONCLUSIVE: 0.911, VOID: 0.99};

const behavioursFor = (statistics: VerdictName): Readonly<Record<string, Behaviour>> => {
  const rate = embedRates[statistics];
  const {embed} = behaviours;
  return embed === undefined
    ? behaviours
    : {...behaviours, embed: {...embed, candidate: {ttft: 1, latency: 1 / rate, rate}}};
};

/**
 * A decision with all that a report has to show: four workloads of a real engine, a void pair that was made again, a margin
 * below the noise floor, a P99 of too few requests, sweeps, memory, turns and claims. The same bytes each time.
 */
export const decidedRun = (changes: ExampleChanges = {}): DecidedRun => {
  const {statistics = 'NO-GO', evidence = 'real', timesRequests = 1} = changes;
  const plan = changes.decision?.plan ?? examplePlan;
  const made = exampleBlocks(plan, behavioursFor(statistics), {abPairs: 6, spoiled: 'embed', timesRequests});
  const spoilAll = ({workload, phase, place}: Decision['blocks'][number]) =>
    statistics === 'VOID' && workload === 'embed' && phase === 'ab' && place === 'candidate';
  const examples = made.map(one =>
    spoilAll(one.block) ? {...one, block: {...one.block, void: ['gpu-throttled']}} : one,
  );
  const last = examples.at(-1)?.block.endMs ?? 0;
  const {gpus} = exampleMachine;
  const decision: Decision = {
    ...{
      schemaVersion,
      decisionId: '2026-11-22T0900-migration-decision-q2w3',
      status: 'complete',
      failure: null,
      evidence,
    },
    ...{
      startedAt: '2026-11-22T09:00:00.000Z',
      endedAt: '2026-11-22T09:24:00.000Z',
      seed: 7,
      storedBaseline: null,
      plan,
    },
    cutover: {version: '0.1.0', gitCommit: '35f301f', gitDirty: false},
    command: ['decide', '--plan', 'migration', '--seed', '7'],
    machine: exampleMachine,
    sittings: [
      {
        ...{startedAt: '2026-11-22T09:00:00.000Z', endedAt: '2026-11-22T09:24:00.000Z', gpuMinutes: last / 60_000},
        ...{hostname: exampleMachine.hostname, gpuUuids: gpus.map(({uuid}) => uuid), driver: gpus[0]?.driver ?? null},
      },
    ],
    blocks: examples.map(({block}) => block),
    answers: [
      {role: 'embed', outcome: 'same', detail: 'Smallest cosine 0.99991 over 40 texts; A/A 0.99994.'},
      {role: 'rerank', outcome: 'same', detail: 'Kendall tau 0.998 over 20 rankings; A/A 1.'},
      {
        role: 'chat',
        outcome: 'differs',
        detail: '3 of 20 greedy texts part from the baseline before token 32; A/A 1 of 20.',
      },
    ],
    findings: [],
    ...changes.decision,
  };
  const series = examples.map(one => one.series);
  return {
    decision,
    verdict: {...exampleVerdict(decision, series), ...changes.verdict},
    records: {
      baseline: exampleArm('baseline', plan, examples, {evidence, ...changes.baseline}),
      candidate: exampleArm('candidate', plan, examples, {evidence, ...changes.candidate}),
    },
    series,
    claims: changes.claims ?? claims,
  };
};
