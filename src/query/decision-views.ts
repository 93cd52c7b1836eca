import {metricRowKeys, metricRowsOf} from '../report/decision/metric-rows.ts';
import type {Block} from '../schema/block.ts';
import type {StoredDecision} from './stored.ts';
import {columnsOf, type SqlType, type View, viewOf} from './view.ts';

type BlockOf = StoredDecision & {readonly block: Block};

/** Columns of metrics.csv that hold no number. */
const typesOfWords: Readonly<Record<string, SqlType>> = {
  ...Object.fromEntries(
    [
      ...['decision_id', 'evidence', 'verdict', 'workload', 'workload_outcome', 'metric', 'unit', 'rank', 'better'],
      ...['outcome', 'difference', 'reason'],
    ].map(key => [key, 'VARCHAR' as const]),
  ),
  equivalent: 'BOOLEAN',
};

const decisions = viewOf('decisions', 'one row a decision', (decision: StoredDecision) => [decision], [
  ...columnsOf<StoredDecision>('VARCHAR', {
    decision_id: ({decision}) => decision.decisionId,
    verdict: ({verdict}) => verdict?.verdict ?? null,
    statistics: ({verdict}) => verdict?.statistics ?? null,
    reason: ({verdict}) => verdict?.reasons[0] ?? null,
  }),
  ...columnsOf<StoredDecision>('INTEGER', {more_pairs: ({verdict}) => verdict?.morePairs ?? null}),
  ...columnsOf<StoredDecision>('VARCHAR', {
    plan: ({decision}) => decision.plan.name,
    baseline: ({decision}) => decision.plan.baseline.engine,
    candidate: ({decision}) => decision.plan.candidate.engine,
    status: ({decision}) => decision.status,
    evidence: ({decision}) => decision.evidence,
  }),
  ...columnsOf<StoredDecision>('TIMESTAMP', {
    started_at: ({decision}) => decision.startedAt,
    ended_at: ({decision}) => decision.endedAt,
  }),
  ...columnsOf<StoredDecision>('VARCHAR', {
    cutover_version: ({decision}) => decision.cutover.version,
    git_commit: ({decision}) => decision.cutover.gitCommit,
  }),
  ...columnsOf<StoredDecision>('BOOLEAN', {git_dirty: ({decision}) => decision.cutover.gitDirty}),
  ...columnsOf<StoredDecision>('INTEGER', {
    seed: ({decision}) => decision.seed,
    sittings: ({decision}) => decision.sittings.length,
  }),
  ...columnsOf<StoredDecision>('DOUBLE', {
    gpu_minutes: ({decision}) => decision.sittings.reduce((sum, {gpuMinutes}) => sum + gpuMinutes, 0),
  }),
  ...columnsOf<StoredDecision>('VARCHAR', {
    stored_baseline: ({decision}) => decision.storedBaseline?.runId ?? null,
    folder: ({folder}) => folder,
  }),
]);

/** Every view whose rows are of one decision. */
export const decisionViews: readonly View<StoredDecision>[] = [
  decisions,
  viewOf(
    'blocks',
    'one row a block of a decision; (decision_id, arm) of runs and trial lead to what was measured',
    (stored: StoredDecision): readonly BlockOf[] => stored.decision.blocks.map(block => ({...stored, block})),
    [
      ...columnsOf<BlockOf>('VARCHAR', {
        decision_id: ({decision}) => decision.decisionId,
        phase: ({block}) => block.phase,
      }),
      ...columnsOf<BlockOf>('INTEGER', {pair: ({block}) => block.pair}),
      ...columnsOf<BlockOf>('VARCHAR', {
        workload: ({block}) => block.workload,
        place: ({block}) => block.place,
        arm: ({block}) => block.arm,
      }),
      ...columnsOf<BlockOf>('INTEGER', {trial: ({block}) => block.trial, sitting: ({block}) => block.sitting}),
      ...columnsOf<BlockOf>('DOUBLE', {start_ms: ({block}) => block.startMs, end_ms: ({block}) => block.endMs}),
      ...columnsOf<BlockOf>('VARCHAR[]', {void: ({block}) => block.void}),
    ],
  ),
  {
    name: 'metric_verdicts',
    about: 'one row a metric of a workload of a decision, as in metrics.csv',
    columns: metricRowKeys.map(name => ({name, type: typesOfWords[name] ?? 'DOUBLE'})),
    rowsOf: ({decision, verdict}) => (verdict === null ? [] : metricRowsOf({decision, verdict})),
  },
];
