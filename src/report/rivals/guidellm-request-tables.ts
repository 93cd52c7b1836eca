import type {Sample} from '../../schema/sample.ts';
import type {Distribution} from '../../schema/trial.ts';
import {isStreamed} from '../trial-text.ts';
import {differencesIn} from './differences.ts';
import {decimals, type Figure, figure, type Reason} from './figure.ts';
import type {Completed} from './guidellm-request.ts';
import type {MeasuredTrial, Section} from './rival.ts';
import {type Weighted, weightedSpread} from './spread.ts';
import {oursUnder} from './stat-tables.ts';
import {totalOf} from './whole-run.ts';

/** A trial as its tables need it. A request that failed keeps what it had streamed, an event being a token. */
export interface Benchmark extends MeasuredTrial {
  readonly completed: readonly Completed[];
  readonly errored: readonly Sample[];
  readonly seconds: number;
}

const statistics = {Mean: 'mean', Mdn: 'p50', p95: 'p95'} as const;

export const shown = (values: readonly Weighted[], columns: readonly (keyof typeof statistics)[]): number[] => {
  const spread = weightedSpread(values);
  return columns.map(column => (column === 'Mean' ? spread.mean : spread.at(column === 'Mdn' ? 0.5 : 0.95)));
};

const once = (value: number): Weighted => [value, 1];
const told = (values: readonly (Weighted | null)[]) => values.filter(value => value !== null);

export const tokenStatistics = ({trial, completed}: Benchmark): Section => {
  const columns = ['Mdn', 'p95'] as const;
  const row = (name: string, values: readonly (number | null)[], why: Reason = false) => {
    const known = values.filter(value => value !== null);
    const complete = known.length === values.length;
    return figure(name, decimals(1), complete ? shown(known.map(once), columns) : [null, null], {why: [why]});
  };
  const input = completed.map(({promptTokens}) => promptTokens);
  const output = completed.map(({outputTokens}) => outputTokens);
  const total = completed.map(({promptTokens, outputTokens}) => totalOf([promptTokens, outputTokens]));
  const everyLine = 'every line of the stream; samples keep those with text';
  return {
    title: 'Request Token Statistics (Completed Requests)',
    columns,
    figures: [
      row('Input Tok Per Req', input),
      row('Output Tok Per Req', output),
      row('Total Tok Per Req', total),
      isStreamed(trial) ? row('Stream Iter Per Req', [null], everyLine) : row('Stream Iter Per Req', [0]),
      row(
        'Output Tok Per Stream Iter',
        completed.flatMap(({tokensPerEvent}) => tokensPerEvent),
      ),
    ],
  };
};

export const latencyStatistics = (benchmark: Benchmark): Section => {
  const {trial, completed} = benchmark;
  const {fromSend} = differencesIn(benchmark);
  const streamed = isStreamed(trial);
  const columns = ['Mean', 'Mdn', 'p95'] as const;
  const nearest = 'a percentile is one of the values, not interpolated';
  const row = (
    name: string,
    values: readonly (Weighted | null)[],
    ours: Distribution | null,
    why: readonly Reason[],
    scale = 1,
  ): Figure =>
    figure(name, decimals(1), shown(told(values), columns), {
      ours: oursUnder(columns, statistics, ours, scale),
      why: told(values).length === 0 ? ['0 where nothing was streamed'] : why,
    });
  const latencies = completed.map(({latencySeconds}) => once(latencySeconds));
  const toEnd = streamed && "to the reply's end, not to the last token";
  return {
    title: 'Request Latency Statistics (Completed Requests)',
    columns,
    figures: [
      row('Request Latency Sec', latencies, trial.e2eMs, [toEnd, fromSend, nearest], 0.001),
      row(
        'TTFT ms',
        completed.map(({ttftMs}) => (ttftMs === null ? null : once(ttftMs))),
        trial.ttftMs,
        [fromSend, nearest],
      ),
      figure('TTFOT ms', decimals(1), streamed ? [null, null, null] : [0, 0, 0], {
        why: [
          streamed
            ? 'TTFT, unless there is reasoning, which samples do not tell apart'
            : '0 where nothing was streamed',
        ],
      }),
      row(
        'ITL ms',
        completed.map(({itlMs}) => itlMs),
        trial.itlMs,
        ["each request's mean gap, weighted by its tokens: single slow gaps do not show"],
      ),
      row(
        'TPOT ms',
        completed.map(({tpotMs}) => tpotMs),
        trial.tpotMs,
        ['(last token − send) ÷ n: TTFT is in it; weighted by tokens'],
      ),
    ],
  };
};
