import type {Distribution, Trial} from '../schema/trial.ts';
import {gpuColumns} from './gpu-columns.ts';
import {isStreamed, loadText, workloadText} from './trial-text.ts';

/** One number or word of what a table has a row for. */
export interface TableColumn<Of> {
  /** Names the column in CSV and JSON, unit included. */
  readonly key: string;
  /** Stands over it in tables. */
  readonly title: string;
  /** Empty for words and counts. */
  readonly unit: string;
  /** 'label' and 'measure' are in the tables, and measures in comparisons; 'detail' only in CSV and JSON. */
  readonly part: 'label' | 'measure' | 'detail';
  /** Null is "not measured" or "not told". */
  read(of: Of): number | string | null;
}

/** Of a trial. Every format takes its heads, keys and values from here. */
export interface Column extends TableColumn<Trial> {
  /** Which workloads can have it at all; "gpu" is any workload on a machine with one, "hits" any whose server counts them. */
  readonly of: 'all' | 'chat' | 'items' | 'gpu' | 'hits';
}

type Read = Column['read'];
const column = (
  key: string,
  title: string,
  unit: string,
  read: Read,
  {of = 'all', part = 'detail'}: Partial<Column> = {},
): Column => ({
  key,
  title,
  unit,
  of,
  part,
  read,
});

const latencies = [
  ['ttft', 'TTFT', 'chat'],
  ['itl', 'ITL', 'chat'],
  ['tpot', 'TPOT', 'chat'],
  ['e2e', 'E2E', 'all'],
] as const;
const statistics = ['mean', 'p50', 'p90', 'p95', 'p99', 'max'] as const satisfies (keyof Distribution)[];
const measures = ['ttft_p50', 'ttft_p99', 'itl_p50', 'e2e_p50'];

const latencyColumns: readonly Column[] = latencies.flatMap(([name, title, of]) =>
  statistics.map(statistic =>
    column(`${name}_${statistic}_ms`, `${title} ${statistic}`, 'ms', trial => trial[`${name}Ms`]?.[statistic] ?? null, {
      of,
      part: measures.includes(`${name}_${statistic}`) ? 'measure' : 'detail',
    }),
  ),
);

const cachedPercent: Read = ({promptTokens, cachedPromptTokens}) =>
  promptTokens === null || cachedPromptTokens === null || promptTokens === 0
    ? null
    : (cachedPromptTokens / promptTokens) * 100;

const percentOf = (share: number | null): number | null => (share === null ? null : share * 100);

/** The codes of what makes a trial void; null for a valid one. */
export const voidCodes = ({findings}: Trial): string | null =>
  findings
    .filter(({severity}) => severity === 'void')
    .map(({code}) => code)
    .join(' ') || null;

export const columns: readonly Column[] = [
  column('suite', 'suite', '', trial => trial.suite, {part: 'label'}),
  column('repetition', 'rep', '', trial => trial.repetition, {part: 'label'}),
  column('batch', 'batch', '', ({workload}) => ('batch' in workload ? workload.batch : null), {
    of: 'items',
    part: 'label',
  }),
  column('evidence', 'evidence', '', trial => trial.evidence),
  column('started_at', 'started', '', trial => trial.startedAt),
  column('workload', 'workload', '', trial => workloadText(trial.workload)),
  column('load', 'load', '', trial => loadText(trial.load)),
  column('data_hash', 'data', '', trial => trial.dataHash),
  column('ok', 'ok', '', trial => trial.counts.ok, {part: 'label'}),
  column('failed', 'failed', '', trial => trial.counts.failed, {part: 'label'}),
  column('duration_ms', 'duration', 'ms', trial => trial.durationMs),
  column('window', 'window', '', trial => trial.window?.kind ?? null),
  column('window_start_ms', 'window start', 'ms', trial => trial.window?.startMs ?? null),
  column('window_end_ms', 'window end', 'ms', trial => trial.window?.endMs ?? null),
  column('requests_per_second', 'requests', 'req/s', trial => trial.requestsPerSecond, {part: 'measure'}),
  column('output_tokens_per_second', 'output', 'tok/s', trial => trial.outputTokensPerSecond, {
    of: 'chat',
    part: 'measure',
  }),
  column('items_per_second', 'items', 'items/s', trial => trial.itemsPerSecond, {of: 'items', part: 'measure'}),
  column('latency_from', 'latency from', '', trial => trial.latencyFrom),
  ...latencyColumns,
  column('prompt_tokens', 'prompt', 'tok', trial => trial.promptTokens),
  column('output_tokens', 'output', 'tok', trial => trial.outputTokens, {of: 'chat'}),
  column('cached_prompt_tokens', 'cached', 'tok', trial => trial.cachedPromptTokens, {of: 'chat'}),
  column('cached_percent', 'cached', '%', cachedPercent, {of: 'chat', part: 'measure'}),
  column('prefix_hits_percent', 'hits', '%', ({prefixHits}) => percentOf(prefixHits?.byCounters ?? null), {
    of: 'hits',
    part: 'measure',
  }),
  column('prefix_hits_by_requests_percent', 'hits by requests', '%', trial =>
    percentOf(trial.prefixHits?.byRequests ?? null),
  ),
  column('gpu_memory_used_mib', 'VRAM used', 'MiB', trial => trial.gpuMemoryUsedMiB?.after ?? null, {
    of: 'gpu',
    part: 'measure',
  }),
  ...gpuColumns,
  column('loop_lag_p99_ms', 'loop lag p99', 'ms', trial => trial.client.loopLagP99Ms),
  column('schedule_lag_p99_ms', 'schedule lag p99', 'ms', trial => trial.client.scheduleLagP99Ms),
  column('client_cpu_ms_per_request', 'client CPU', 'ms', trial => trial.client.cpuMsPerRequest),
  column('void', 'void', '', voidCodes, {part: 'label'}),
];

/** The columns of the tables that at least one of the trials can have a value in. */
export const tableColumns = (trials: readonly Trial[]): readonly Column[] => {
  const present = {
    all: true,
    chat: trials.some(isStreamed),
    items: trials.some(trial => !isStreamed(trial)),
    hits: trials.some(({prefixHits}) => prefixHits !== null && prefixHits.byCounters !== null),
    gpu: trials.some(({gpuMemoryUsedMiB}) => gpuMemoryUsedMiB !== null),
  };
  return columns.filter(({part, of}) => part !== 'detail' && present[of]);
};
