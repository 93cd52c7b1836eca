import {roleOf} from '../../schema/request.ts';
import type {Distribution} from '../../schema/trial.ts';
import {isStreamed} from '../trial-text.ts';
import {type AiperfRecord, isValid, recordOf, valuesOf} from './aiperf-record.ts';
import {differencesIn} from './differences.ts';
import {type Figure, figure, type Reason, type Value} from './figure.ts';
import type {MeasuredTrial, Rival} from './rival.ts';
import {spreadOf} from './spread.ts';
import {drawStatTables, oursUnder} from './stat-tables.ts';
import {totalOf, wholeSeconds} from './whole-run.ts';

/*
 * aiperf 0.13.0: aiperf/transports/aiohttp_client.py (what is stamped), aiperf/endpoints/openai_chat.py (which chunks
 * have content), aiperf/metrics/types/*_metric.py (a file each), aiperf/metrics/metric_dicts.py (percentiles, linear as
 * ours), aiperf/metrics/derived_latency.py (the error-adjusted rows), aiperf/exporters/console_metrics_exporter.py.
 */

/** A trial as its table needs it. */
interface Profile extends MeasuredTrial {
  readonly records: readonly AiperfRecord[];
  readonly failures: number;
}

const columns = ['avg', 'min', 'max', 'p99', 'p90', 'p50', 'std'] as const;
const statistics = {avg: 'mean', max: 'max', p99: 'p99', p90: 'p90', p50: 'p50'} as const;
const none = 'N/A';

/** Python's `,.2f`. */
const grouped = (value: number): string =>
  Number.isFinite(value) ? value.toLocaleString('en-US', {minimumFractionDigits: 2, maximumFractionDigits: 2}) : 'inf';

const statisticsOf = (values: readonly number[]): number[] => {
  const {mean, min, max, deviation, at} = spreadOf(values);
  return [mean, min, max, at(0.99), at(0.9), at(0.5), deviation];
};

/** What it gets by tokenizing text: known here only where the server counted for every request. */
const fromTokens = ['promptTokens', 'outputTokens', 'itlMs', 'tokensPerSecondAfterFirst', 'tokensPerSecond'];

const distribution = (
  {records}: Profile,
  name: string,
  key: keyof AiperfRecord,
  why: readonly Reason[],
  ours: Distribution | null = null,
): Figure => {
  const counts = records.map(record => (key === 'promptTokens' ? record.promptTokens : record.outputTokens));
  const known = !fromTokens.includes(key) || counts.every(count => count !== null);
  const values = valuesOf(records, key);
  return figure(name, grouped, known && values.length > 0 ? statisticsOf(values) : columns.map(() => null), {
    ours: oursUnder(columns, statistics, ours),
    why: [!known && 'not known for every request', ...why],
  });
};

const distributions = (profile: Profile): Figure[] => {
  const {trial} = profile;
  const {fromSend, brokenStreams} = differencesIn(profile);
  const own = "its own tokenizer's count, unless told to take the server's";
  const row = (name: string, key: keyof AiperfRecord, why: readonly Reason[], ours: Distribution | null = null) =>
    distribution(profile, name, key, why, ours);
  const latency = row('Request Latency (ms)', 'latencyMs', [fromSend, brokenStreams], trial.e2eMs);
  const input = row('Input Sequence Length (tokens)', 'promptTokens', [own]);
  if (!isStreamed(trial)) return [latency, input];
  const firstOutput = 'Time to First Token, unless there is reasoning, which samples do not tell apart';
  const untoldRow = columns.map(() => null);
  return [
    row('Time to First Token (ms)', 'ttftMs', [fromSend, brokenStreams], trial.ttftMs),
    row('Time to Second Token (ms)', 'ttstMs', ['from the first chunk to the second']),
    figure('Time to First Output Token (ms)', grouped, untoldRow, {why: [firstOutput]}),
    latency,
    row('Decode Duration (ms)', 'decodeMs', ['from the first chunk to the last']),
    row('Inter Token Latency (ms)', 'itlMs', ["each request's mean, which is our TPOT"], trial.itlMs),
    row('Output Token Throughput Per User (tokens/sec/user)', 'tokensPerSecondAfterFirst', [
      '1 ÷ its inter token latency',
    ]),
    row('E2E Output Token Throughput (tokens/sec/user)', 'tokensPerSecond', ['tokens ÷ request latency']),
    row('Output Sequence Length (tokens)', 'outputTokens', [own]),
    input,
  ];
};

const totals = (profile: Profile): Figure[] => {
  const {trial, records, failures} = profile;
  const {wholeRun, brokenStreams} = differencesIn(profile);
  const seconds = wholeSeconds(records);
  const single = (name: string, value: number | null, ours: number | null = null, why: readonly Reason[] = []) =>
    figure(name, grouped, [value, ...columns.slice(1).map(() => none)], {ours: [ours], why});
  const rate = (name: string, count: number | null, ours: number | null = null) =>
    single(name, count === null ? null : count / seconds, ours, [
      count === null && 'not known for every request',
      wholeRun,
      'up to the last content',
      brokenStreams,
    ]);
  const inputTokens = totalOf(records.map(({promptTokens}) => promptTokens));
  const outputTokens = totalOf(records.map(record => record.outputTokens));
  const completed = records.length + failures;
  const output = rate('Output Token Throughput (tokens/sec)', outputTokens, trial.outputTokensPerSecond);
  return [
    ...(isStreamed(trial) ? [output] : []),
    rate('Input Token Throughput (tokens/sec)', inputTokens),
    rate('Request Throughput (requests/sec)', records.length, trial.requestsPerSecond),
    single('Completed Requests (Success + Error) (requests)', completed, trial.counts.ok + trial.counts.failed),
    single('Request Error Rate (%)', (100 * failures) / completed),
    single('Request Count (requests)', records.length, trial.counts.ok, [brokenStreams]),
  ];
};

/** Each failed request is an infinite value; a percentile is the nearest of all, in the middle the even one, as NumPy's. */
const withFailures = (values: readonly number[], failures: number): Value[] => {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (quantile: number): number => {
    const rank = (values.length + failures - 1) * quantile;
    const below = Math.floor(rank);
    return sorted[rank - below === 0.5 ? below + (below % 2) : Math.round(rank)] ?? Number.POSITIVE_INFINITY;
  };
  const infinite = Number.POSITIVE_INFINITY;
  return [infinite, sorted[0] ?? infinite, infinite, at(0.99), at(0.9), at(0.5), none];
};

const errorAdjusted = ({trial, records, failures}: Profile): Figure[] => {
  if (failures === 0) return [];
  const row = (name: string, key: keyof AiperfRecord): Figure =>
    figure(`${name} (error-adjusted) (ms)`, grouped, withFailures(valuesOf(records, key), failures), {
      why: ['a failed request counts as infinitely slow'],
    });
  const latency = row('Request Latency', 'latencyMs');
  if (!isStreamed(trial)) return [latency];
  const decode = row('Decode Duration', 'decodeMs');
  return [row('Time to First Token', 'ttftMs'), latency, decode, row('Inter Token Latency', 'itlMs')];
};

const endpoints = {chat: 'chat', embed: 'embeddings', rerank: 'cohere_rankings'};
const titles = {chat: 'LLM Metrics', embed: 'Embeddings Metrics', rerank: 'Ranking Metrics'};

export const aiperfProfile: Rival = {
  title: 'aiperf profile',
  version: '0.13.0',
  print(measured) {
    const {trial, samples} = measured;
    const role = roleOf(trial.workload.kind);
    const valid = samples.filter(isValid);
    const profile = {...measured, records: valid.map(recordOf), failures: samples.length - valid.length};
    const effective =
      'Its Effective Latency (CO-aware) counts from the credit, which it gives out when a place is free: it hides the wait as well.';
    return {
      mode: `--endpoint-type ${endpoints[role]}${isStreamed(trial) ? ' --streaming' : ''}`,
      sections: [
        {
          title: `NVIDIA AIPerf | ${titles[role]}`,
          columns,
          figures: [...distributions(profile), ...totals(profile), ...errorAdjusted(profile)],
        },
      ],
      remarks: [
        'Its Effective, Active and Usage tables, which stand above this one, are not shown.',
        ...(trial.load.mode === 'open' ? [effective] : []),
      ],
    };
  },
  draw: drawStatTables,
};
