import type {Sample} from '../../schema/sample.ts';
import type {LoadSpec} from '../../schema/suite.ts';
import type {Trial} from '../../schema/trial.ts';
import type {WorkloadSpec} from '../../schema/workload.ts';
import {askedOutputTokens} from '../../stats/asked-output.ts';
import {hasTurns} from '../../stats/turns.ts';
import {isStreamed} from '../trial-text.ts';
import {differencesIn} from './differences.ts';
import {asCounted, decimals, type Figure, figure} from './figure.ts';
import type {MeasuredTrial, Rival, Section} from './rival.ts';
import {overRun, type Served, type ServingNumbers, servingNumbers} from './serving-benchmark.ts';
import {drawServingBlock, latencyFigures} from './serving-block.ts';

/*
 * SGLang 0.5.17: python/sglang/benchmark/serving.py, which `python -m sglang.bench_serving` runs
 * (async_request_openai_chat_completions, async_request_openai_embeddings, calculate_metrics, benchmark). The same
 * figures in 0.5.23. NumPy's percentiles are linear, as ours.
 */

/**
 * Chunks with content or reasoning count, and the latency runs to [DONE]. Where the stream tells no usage, the tokens
 * are those that were asked for. An error event has no choices and raises nothing.
 */
const servedChat = (sample: Sample, workload: WorkloadSpec): Served[] => {
  if (sample.outcome === 'failed' && sample.failure.kind !== 'error-event') return [];
  const {sentMs, endMs, tokenEventsMs, promptTokens, outputTokens} = sample;
  const asked = askedOutputTokens(workload);
  return [
    {
      startMs: sentMs,
      latencyMs: endMs - sentMs,
      chunksMs: tokenEventsMs,
      promptTokens,
      outputTokens: outputTokens ?? asked,
    },
  ];
};

const servedWhole = ({outcome, sentMs, endMs, promptTokens}: Sample): Served[] =>
  outcome === 'failed'
    ? []
    : [{startMs: sentMs, latencyMs: endMs - sentMs, chunksMs: [], promptTokens, outputTokens: null}];

const backendOf = (trial: Trial) => (isStreamed(trial) ? 'sglang-oai-chat' : 'sglang-embedding');

const rateOf = (load: LoadSpec): string => {
  if (load.mode !== 'open') return 'inf';
  if (load.arrivals === 'trace') return 'trace';
  // Python prints a float without a fraction as `20.0`.
  return Number.isInteger(load.ratePerSecond) ? load.ratePerSecond.toFixed(1) : String(load.ratePerSecond);
};

const summary = (measured: MeasuredTrial, numbers: ServingNumbers): Figure[] => {
  const {trial} = measured;
  const {load} = trial;
  const {wholeRun, brokenStreams} = differencesIn(measured);
  const {completed, inputTokens, outputTokens} = numbers;
  const streamed = isStreamed(trial);
  const ownCount = 'not known for every request; it takes its own count of the data set';
  const row = (name: string, value: number | null, ours: number | null, why = [wholeRun, brokenStreams]) =>
    figure(name, decimals(2), [value], {ours: [ours], why});
  const count = (name: string, value: number | string | null, ours: number | null, why = [brokenStreams]) =>
    figure(name, asCounted, [value], {ours: [ours], why});
  const total = inputTokens === null || outputTokens === null ? null : inputTokens + outputTokens;
  return [
    count('Backend:', backendOf(trial), null, []),
    count('Traffic request rate:', rateOf(load), null, []),
    count(
      'Max request concurrency:',
      (load.mode === 'open' ? load.maxInFlight : load.concurrency) ?? 'not set',
      null,
      [],
    ),
    count('Successful requests:', completed, trial.counts.ok),
    row('Benchmark duration (s):', numbers.seconds, trial.durationMs / 1000),
    count('Total input tokens:', inputTokens, trial.promptTokens, [inputTokens === null && ownCount, brokenStreams]),
    count('Total input text tokens:', inputTokens, trial.promptTokens, [
      inputTokens === null && ownCount,
      brokenStreams,
    ]),
    ...(streamed
      ? [
          count('Total generated tokens:', outputTokens, trial.outputTokens),
          count('Total generated tokens (retokenized):', null, null, [
            'its tokenizer over the text, which is not kept',
          ]),
        ]
      : []),
    row('Request throughput (req/s):', overRun(completed, numbers), trial.requestsPerSecond),
    row('Input token throughput (tok/s):', overRun(inputTokens, numbers), null, [wholeRun]),
    ...(streamed
      ? [
          row('Output token throughput (tok/s):', overRun(outputTokens, numbers), trial.outputTokensPerSecond),
          row('Peak output token throughput (tok/s):', numbers.peakChunksPerSecond, null, [
            'chunks, not tokens, of its busiest second',
          ]),
        ]
      : []),
    count('Peak concurrent requests:', numbers.peakRequests, trial.client.inFlightMax, [
      'every request that was under way at some time of a second',
    ]),
    ...(streamed ? [row('Total token throughput (tok/s):', overRun(total, numbers), null, [wholeRun])] : []),
    row('Concurrency:', numbers.concurrency, null, ['sum of the latencies ÷ duration']),
  ];
};

const statistics = ['mean', 'p50', 'p90', 'p95', 'p99'] as const;

const latencySections = (measured: MeasuredTrial, numbers: ServingNumbers): Section[] => {
  const {trial} = measured;
  const {fromSend, perChunk, brokenStreams} = differencesIn(measured);
  const streamed = isStreamed(trial);
  const section = (title: string, figures: Figure[]): Section => ({title, columns: [], figures});
  const toDone = streamed && 'to [DONE], not to the last token';
  const latency = latencyFigures('E2E Latency', numbers.latencyMs, trial.e2eMs, statistics, [
    toDone,
    fromSend,
    brokenStreams,
  ]);
  if (!streamed) return [section('End-to-End Latency', latency)];
  const itl = [...statistics, 'max' as const];
  return [
    section('End-to-End Latency', latency),
    section(
      'Time to First Token',
      latencyFigures('TTFT', numbers.ttftMs, trial.ttftMs, statistics, [fromSend, brokenStreams]),
    ),
    section(
      'Time per Output Token (excl. 1st token)',
      latencyFigures('TPOT', numbers.tpotMs, trial.tpotMs, statistics, [
        '(latency − TTFT) ÷ (n − 1), where the latency runs to [DONE]',
        brokenStreams,
      ]),
    ),
    section('Inter-Token Latency', latencyFigures('ITL', numbers.itlMs, trial.itlMs, itl, [perChunk, brokenStreams])),
  ];
};

export const sglangBenchServing: Rival = {
  title: 'sglang.bench_serving',
  version: '0.5.17',
  print(measured) {
    const {trial, samples} = measured;
    if (trial.workload.kind === 'rerank') return null;
    const served = isStreamed(trial)
      ? samples.flatMap(sample => servedChat(sample, trial.workload))
      : samples.flatMap(servedWhole);
    const numbers = servingNumbers(served, samples);
    return {
      mode: `--backend ${backendOf(trial)}`,
      sections: [
        {title: null, columns: [], figures: summary(measured, numbers)},
        ...latencySections(measured, numbers),
      ],
      remarks: [
        'It prints no failures, and its duration has the time of GET /server_info in it.',
        ...(isStreamed(trial)
          ? [
              "It asks for no usage unless told to, and then takes the tokens asked for as those that came; here the server's usage counts.",
            ]
          : []),
        "Its input tokens are its own tokenizer's count, without the chat template; here they are the server's.",
        ...(hasTurns(trial.workload.kind) ? ['In its multi-turn mode it prints 0 input tokens.'] : []),
      ],
    };
  },
  draw: drawServingBlock,
};
