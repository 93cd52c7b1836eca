import type {LoadSpec} from '../../schema/suite.ts';
import {isStreamed} from '../trial-text.ts';
import {differencesIn} from './differences.ts';
import {asCounted, decimals, figure, type Value} from './figure.ts';
import {completedOf} from './guidellm-request.ts';
import {type Benchmark, latencyStatistics, shown, tokenStatistics} from './guidellm-request-tables.ts';
import {requestsInFlight} from './in-flight.ts';
import type {Rival, Section} from './rival.ts';
import {drawStatTables} from './stat-tables.ts';
import {totalOf, wholeSeconds} from './whole-run.ts';

/*
 * guidellm 0.8.1: guidellm/backends/openai/http.py (what is stamped), guidellm/schemas/base/request_stats.py (metrics of
 * a request), guidellm/schemas/base/statistics.py (distributions), guidellm/benchmark/schemas/metrics.py (which
 * requests, with which weight) and guidellm/benchmark/outputs/console.py (the tables).
 */

/** It has no gamma arrivals. */
const strategyOf = (load: LoadSpec): string | null => {
  if (load.mode !== 'open') return `concurrent@${load.concurrency}`;
  if (load.arrivals === 'gamma') return null;
  if (load.arrivals === 'trace') return `trace@${(1 / load.trace.speed).toFixed(2)}`;
  return `${load.arrivals === 'poisson' ? 'poisson' : 'constant'}@${load.ratePerSecond.toFixed(2)}`;
};

const runSummary = ({trial, completed, errored, seconds}: Benchmark): Section[] => {
  const single = (name: string, value: Value, ours: Value = null) => figure(name, decimals(1), [value], {ours: [ours]});
  const tokens = (name: string, done: number | null, broken: number | null, ours: number | null) =>
    figure(name, decimals(1), [done, 0, broken], {
      ours: [ours],
      why: [broken === null && 'for failed requests it counts by its own tokenizer'],
    });
  return [
    {
      title: 'Run Summary Info',
      columns: [''],
      figures: [
        single('Benchmark Strategy', strategyOf(trial.load)),
        single('Timings Dur Sec', seconds, trial.durationMs / 1000),
        single('Timings Warm Sec', 0),
        single('Timings Cool Sec', 0),
      ],
    },
    {
      title: null,
      columns: ['Comp', 'Inc', 'Err'],
      figures: [
        figure('Requests Tot', asCounted, [completed.length, 0, errored.length], {
          ours: [trial.counts.ok, null, trial.counts.failed],
        }),
        tokens(
          'Input Tokens Tot',
          totalOf(completed.map(({promptTokens}) => promptTokens)),
          totalOf(errored.map(({promptTokens}) => promptTokens)),
          trial.promptTokens,
        ),
        tokens(
          'Output Tokens Tot',
          totalOf(completed.map(({outputTokens}) => outputTokens)),
          totalOf(errored.map(({tokenEventsMs}) => tokenEventsMs.length)),
          trial.outputTokens,
        ),
      ],
    },
  ];
};

/**
 * The mean of its rates, which are weighted by the time that they lasted, is the count over the time. It takes times within
 * 0.1 ms of each other for one, which this does not: its time may end as much earlier.
 */
const serverThroughput = (benchmark: Benchmark): Section => {
  const {trial, samples, completed, errored, seconds} = benchmark;
  const {wholeRun} = differencesIn(benchmark);
  const input = totalOf(samples.map(({promptTokens}) => promptTokens));
  const output = totalOf([
    ...completed.map(({outputTokens}) => outputTokens),
    ...errored.map(({tokenEventsMs}) => tokenEventsMs.length),
  ]);
  const rate = (name: string, count: number | null, ours: number | null = null) =>
    figure(name, decimals(1), ['', count === null ? null : count / seconds], {
      ours: [null, ours],
      why: [
        count === null && 'its own tokenizer counts where the server does not',
        wholeRun,
        errored.length > 0 && 'with those that failed',
      ],
    });
  return {
    title: 'Server Throughput Statistics (All Requests)',
    columns: ['Mdn', 'Mean'],
    figures: [
      figure('Requests Concurrency', decimals(1), shown(requestsInFlight(samples), ['Mdn', 'Mean']), {
        why: ['weighted by time'],
      }),
      rate('Requests Per Sec', samples.length, trial.requestsPerSecond),
      rate('Input Tokens Per Sec', input),
      rate('Output Tokens Per Sec', output, trial.outputTokensPerSecond),
      rate('Total Tokens Per Sec', totalOf([input, output])),
    ],
  };
};

export const guidellmRun: Rival = {
  title: 'guidellm run',
  version: '0.8.1',
  print(measured) {
    const {trial, samples} = measured;
    if (trial.workload.kind === 'rerank') return null;
    const ok = samples.filter(sample => sample.outcome === 'ok');
    const benchmark = {
      ...measured,
      completed: ok.map(sample => completedOf(sample, trial.workload)),
      errored: samples.filter(({outcome}) => outcome === 'failed'),
      seconds: wholeSeconds(samples),
    };
    return {
      mode: `request_format=${isStreamed(trial) ? '/v1/chat/completions' : '/v1/embeddings'}`,
      sections: [
        ...runSummary(benchmark),
        tokenStatistics(benchmark),
        latencyStatistics(benchmark),
        serverThroughput(benchmark),
      ],
      remarks: [
        'Its tables have a column for each statistic and are turned on their side here, without the ± of its means.',
        'Its Text Metrics table is not shown: words and characters need the texts, which are not kept.',
        ...(trial.load.mode === 'open'
          ? ['The wait for a place is in request_scheduled_latency of its report file, and not in its tables.']
          : []),
      ],
    };
  },
  draw: drawStatTables,
};
