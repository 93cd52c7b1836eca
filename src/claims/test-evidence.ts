import {exampleRecord, exampleTrial} from '../records/test-run.ts';
import {decidedRun} from '../report/decision/test-decided-run.ts';
import type {ClaimVerdict} from '../schema/claim.ts';
import type {Examination} from '../schema/examination.ts';
import type {MetricName, PlannedWorkload} from '../schema/plan.ts';
import type {RunRecord} from '../schema/record.ts';
import type {Trial} from '../schema/trial.ts';
import {type DecidedEvidence, type Evidence, sides} from './evidence.ts';
import {ledger} from './ledger.ts';

type Server = RunRecord['engine']['servers'][number];

export const evidenceOf = (changes: Partial<Evidence> = {}): Evidence => ({
  runs: [],
  decisions: [],
  answers: [],
  turnRatios: [],
  ...changes,
});

/** What a claim comes to. */
export const verdictOn = (id: string, evidence: Evidence): ClaimVerdict => {
  const entry = ledger(evidence).find(({claim}) => claim.id === id);
  if (entry === undefined) throw new RangeError(`no claim is called ${id}`);
  return entry.verdict;
};

const [exampleServer] = exampleRecord().engine.servers as [Server];

export const server = (changes: Partial<Server> = {}): Server => ({...exampleServer, ...changes});

interface RunChanges {
  readonly runId?: string;
  readonly engine?: string;
  readonly stack?: string;
  readonly servers?: readonly Server[];
  readonly trials?: readonly Trial[];
  readonly sweeps?: RunRecord['sweeps'];
  readonly examinations?: readonly Examination[];
  readonly evidence?: 'real' | 'simulated';
}

/** A run of the candidate's engine unless another one is named. */
export const run = ({
  runId = 'run',
  engine = sides.to,
  stack,
  servers,
  trials = [],
  ...rest
}: RunChanges): RunRecord => {
  const record = exampleRecord();
  return {
    ...record,
    runId,
    evidence: rest.evidence ?? 'real',
    engine: {...record.engine, name: engine, stack: stack ?? null, servers: [...(servers ?? [exampleServer])]},
    machine: {
      ...record.machine,
      gpus: [{name: 'NVIDIA H100 80GB HBM3', uuid: 'GPU-1', memoryMiB: 81_559, driver: '580.159.04'}],
    },
    sweeps: rest.sweeps ?? [],
    examinations: [...(rest.examinations ?? [])],
    trials: trials.map((trial, index) => ({...trial, index, evidence: rest.evidence ?? 'real'})),
  };
};

export const memory = (processMiB: number, parts: Partial<NonNullable<Server['memory']>> = {}) => ({
  weightsMiB: null,
  kvPoolMiB: null,
  graphsMiB: null,
  otherMiB: null,
  kvTokens: null,
  ...parts,
  processMiB,
});

interface DecidedChanges {
  readonly metric: MetricName;
  readonly workload: PlannedWorkload['workload'];
  readonly ratio: readonly [low: number, estimate: number, high: number];
  readonly pairs?: number;
  readonly load?: PlannedWorkload['load'];
  readonly model?: string;
  /** The candidate's, where it is another one. */
  readonly candidateModel?: string;
  readonly void?: boolean;
  readonly stored?: boolean;
  readonly evidence?: 'real' | 'simulated';
}

const example = decidedRun();

/** A decision between the two engines with one metric of one workload. */
export const decided = (changes: DecidedChanges): DecidedEvidence => {
  const {metric, ratio, pairs = 8, workload, load = exampleTrial().load, model = 'Qwen2.5-Coder-1.5B'} = changes;
  const {decision, verdict, records} = example;
  const [judged] = verdict.workloads;
  const [first] = judged?.metrics ?? [];
  if (judged === undefined || first === undefined) throw new TypeError('the example has a metric');
  const [low, estimate, high] = ratio;
  const metrics = [{...first, metric, pairs, ratio: {low, estimate, high}}];
  const name = 'measured';
  const arm = (engine: string, runId: string, served = model) =>
    run({engine, runId, servers: [server({model: served})], evidence: changes.evidence ?? 'real'});
  const storedBaseline = {runId: 'older', startedAt: '2026-11-20T00:00:00.000Z'};
  return {
    decision: {
      ...decision,
      decisionId: 'decision',
      evidence: changes.evidence ?? 'real',
      storedBaseline: changes.stored ? storedBaseline : null,
      plan: {
        ...decision.plan,
        baseline: {engine: sides.from, stack: null},
        candidate: {engine: sides.to, stack: null},
        workloads: [{name, workload, load, metrics: [{metric, marginShare: 0.1}]}],
      },
    },
    verdict: {
      ...verdict,
      verdict: changes.void ? 'VOID' : 'GO',
      workloads: [{...judged, name, metrics}],
      answers: [],
    },
    records: {...records, baseline: arm(sides.from, 'a'), candidate: arm(sides.to, 'b', changes.candidateModel)},
  };
};
