import type {MetricVerdict, WorkloadVerdict} from '../../schema/verdict.ts';
import {metrics} from '../../stats/metrics.ts';
import {plainText} from '../plain-text.ts';
import type {DecidedRun} from './decided-run.ts';

type Cell = number | string | boolean | null;

interface Judged {
  readonly run: Pick<DecidedRun, 'decision' | 'verdict'>;
  readonly workload: WorkloadVerdict;
  readonly metric: MetricVerdict;
}

/** Ratios are candidate ÷ baseline throughout; shares are 0…1. */
const columns: readonly (readonly [key: string, read: (judged: Judged) => Cell])[] = [
  ['decision_id', ({run}) => run.decision.decisionId],
  ['evidence', ({run}) => run.decision.evidence],
  ['verdict', ({run}) => run.verdict.verdict],
  ['workload', ({workload}) => workload.name],
  ['workload_outcome', ({workload}) => workload.outcome],
  ['metric', ({metric}) => metric.metric],
  ['unit', ({metric}) => metrics[metric.metric].unit],
  ['rank', ({metric}) => metric.rank],
  ['better', ({metric}) => metric.better],
  ['outcome', ({metric}) => metric.outcome],
  ['baseline', ({metric}) => metric.baseline],
  ['candidate', ({metric}) => metric.candidate],
  ['pairs', ({metric}) => metric.pairs],
  ['ratio', ({metric}) => metric.ratio?.estimate ?? null],
  ['ratio_low', ({metric}) => metric.ratio?.low ?? null],
  ['ratio_high', ({metric}) => metric.ratio?.high ?? null],
  ['margin_share', ({metric}) => metric.marginShare],
  ['limit_ratio', ({metric}) => metric.limitRatio],
  ['judged_look', ({metric}) => metric.judged?.look ?? null],
  ['judged_pairs', ({metric}) => metric.judged?.pairs ?? null],
  ['judged_alpha', ({metric}) => metric.judged?.alpha ?? null],
  ['judged_low', ({metric}) => metric.judged?.low ?? null],
  ['judged_high', ({metric}) => metric.judged?.high ?? null],
  ['floor_share', ({metric}) => metric.floorShare],
  ['difference', ({metric}) => metric.difference],
  ['equivalent', ({metric}) => metric.equivalent],
  ['hodges_lehmann_ratio', ({metric}) => metric.hodgesLehmannRatio],
  ['mann_whitney_p', ({metric}) => metric.mannWhitneyP],
  ['holm_p', ({metric}) => metric.holmP],
  ['more_pairs', ({metric}) => metric.morePairs],
  ['reason', ({metric}) => metric.reason],
];

/** Of the columns of a row, in order. */
export const metricRowKeys: readonly string[] = columns.map(([key]) => key);

const plain = (value: Cell): Cell => (typeof value === 'string' ? plainText(value) : value);

/** One row for each metric of each workload, unrounded; what was not measured is null. */
export const metricRowsOf = (run: Judged['run']): readonly (readonly Cell[])[] =>
  run.verdict.workloads.flatMap(workload =>
    workload.metrics.map(metric => columns.map(([, read]) => plain(read({run, workload, metric})))),
  );
