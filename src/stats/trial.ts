import type {Trial} from '../schema/record.ts';
import type {OkSample, Sample} from '../schema/sample.ts';
import type {LoadSpec, WorkloadSpec} from '../schema/suite.ts';
import {distributionOf, e2eMs, type LatencyFrom, tokenGapsMs, tpotMs, ttftMs} from './latency.ts';
import {summarise} from './percentile.ts';
import {itemArrivals, perSecond, requestArrivals, type Span, tokenArrivals, wholeSpan, windowOf} from './throughput.ts';

/** What a trial's samples say, as the record keeps it. */
export type TrialNumbers = Pick<
  Trial,
  | 'durationMs'
  | 'latencyFrom'
  | 'counts'
  | 'failures'
  | 'window'
  | 'ttftMs'
  | 'itlMs'
  | 'tpotMs'
  | 'e2eMs'
  | 'fromScheduleMs'
  | 'fromSendMs'
  | 'requestsPerSecond'
  | 'itemsPerSecond'
  | 'outputTokensPerSecond'
  | 'promptTokens'
  | 'outputTokens'
  | 'cachedPromptTokens'
  | 'turns'
>;

interface TrialSamples {
  readonly samples: readonly Sample[];
  readonly load: LoadSpec;
  readonly workload: WorkloadSpec;
  /** Between the start-up burst and the drain; null where the trial was too short to have such a part. */
  readonly steady: Span | null;
}

const countFailures = (samples: readonly Sample[]): Trial['failures'] => {
  const kinds = new Map<string, Trial['failures'][number]>();
  for (const sample of samples) {
    if (sample.outcome === 'ok') continue;
    const {kind, message} = sample.failure;
    const seen = kinds.get(kind);
    if (seen === undefined) kinds.set(kind, {kind, count: 1, firstMessage: message});
    else seen.count += 1;
  }
  return [...kinds.values()];
};

const tokenKeys = ['promptTokens', 'outputTokens', 'cachedPromptTokens'] as const;

/** A sum over some of the requests would read as one over all: null as soon as one did not tell. */
const sumOf = (samples: readonly OkSample[], key: (typeof tokenKeys)[number]): number | null => {
  let sum = 0;
  for (const sample of samples) {
    const count = sample[key];
    if (count === null) return null;
    sum += count;
  }
  return samples.length === 0 ? null : sum;
};

const latenciesFrom = (ok: readonly OkSample[], from: LatencyFrom) => ({
  ttftMs: distributionOf(ok, sample => ttftMs(sample, from)),
  e2eMs: distributionOf(ok, sample => e2eMs(sample, from)),
});

const summariseTurns = (ok: readonly OkSample[], from: LatencyFrom): Trial['turns'] =>
  [...Map.groupBy(ok, ({turn}) => turn)]
    .sort(([a], [b]) => a - b)
    .map(([turn, samples]) => ({
      turn,
      n: samples.length,
      ttftP50Ms: distributionOf(samples, sample => ttftMs(sample, from))?.p50 ?? null,
      promptTokens: sumOf(samples, 'promptTokens'),
      cachedPromptTokens: sumOf(samples, 'cachedPromptTokens'),
    }));

/**
 * Every number of one trial, from its raw samples. Failed requests are counted and enter nothing else; what nobody told
 * is null. Latencies count from the plan in open loop, so that waiting for a slow server is part of them, and from the
 * send in closed loop, where nothing is planned.
 */
export const summariseTrial = ({samples, load, workload, steady}: TrialSamples): TrialNumbers => {
  const ok = samples.filter(sample => sample.outcome === 'ok');
  const open = load.mode === 'open';
  const streamed = workload.kind === 'chat' || workload.kind === 'prefix';
  const from = open ? 'scheduled' : 'sent';
  const latencies = latenciesFrom(ok, from);
  const whole = wholeSpan(samples);
  const window = windowOf(samples, steady);
  const tokens = streamed ? tokenArrivals(ok) : null;
  return {
    durationMs: whole === null ? 0 : whole.endMs - whole.startMs,
    latencyFrom: from,
    counts: {ok: ok.length, failed: samples.length - ok.length},
    failures: countFailures(samples),
    window,
    ...latencies,
    itlMs: summarise(ok.flatMap(tokenGapsMs)),
    tpotMs: distributionOf(ok, tpotMs),
    fromScheduleMs: open ? latencies : null,
    fromSendMs: open ? latenciesFrom(ok, 'sent') : null,
    requestsPerSecond: window && perSecond(requestArrivals(ok), window),
    itemsPerSecond: window && !streamed ? perSecond(itemArrivals(ok), window) : null,
    outputTokensPerSecond: window && tokens && perSecond(tokens, window),
    promptTokens: sumOf(ok, 'promptTokens'),
    outputTokens: sumOf(ok, 'outputTokens'),
    cachedPromptTokens: sumOf(ok, 'cachedPromptTokens'),
    turns: workload.kind === 'prefix' ? summariseTurns(ok, from) : [],
  };
};
