import type {Sample} from '../../schema/sample.ts';
import type {LoadSpec} from '../../schema/suite.ts';
import {isStreamed} from '../trial-text.ts';
import {beginsWithRole, differencesIn} from './differences.ts';
import {asCounted, decimals, type Figure, figure} from './figure.ts';
import type {MeasuredTrial, Printout, Rival} from './rival.ts';
import {overRun, type Served, type ServingNumbers, servingNumbers} from './serving-benchmark.ts';
import {drawServingBlock, latencyFigures} from './serving-block.ts';

/*
 * vLLM 0.26.0: vllm/benchmarks/lib/endpoint_request_func.py (async_request_openai_chat_completions, _run_pooling_request)
 * says what is stamped, vllm/benchmarks/serve.py (calculate_metrics, calculate_metrics_for_embeddings, benchmark) what
 * is made of it and printed. NumPy's percentiles are linear, as ours.
 */

/**
 * Each event that has `choices` is a chunk, whatever it carries: the first one is the TTFT, the rest are gaps. The
 * latency runs to the last event before [DONE], the usage; its stamp is not kept and the reply's end stands for it. An
 * error event has no choices and raises nothing.
 */
const servedChat = (sample: Sample, role: boolean): Served[] => {
  if (sample.outcome === 'failed' && sample.failure.kind !== 'error-event') return [];
  const {sentMs, endMs, firstChunkMs, tokenEventsMs, promptTokens, outputTokens} = sample;
  const roleChunk = role && firstChunkMs !== null && tokenEventsMs.length > 0 ? [firstChunkMs] : [];
  return [
    {
      startMs: sentMs,
      latencyMs: endMs - sentMs,
      chunksMs: [...roleChunk, ...tokenEventsMs],
      promptTokens,
      outputTokens,
    },
  ];
};

/** The clock is read when the head is there, before the body is. */
const servedWhole = (sample: Sample): Served[] => {
  const {outcome, sentMs, firstByteMs, promptTokens} = sample;
  if (outcome === 'failed' || firstByteMs === null) return [];
  return [{startMs: sentMs, latencyMs: firstByteMs - sentMs, chunksMs: [], promptTokens, outputTokens: null}];
};

const plan = (load: LoadSpec): Figure[] => {
  const atOnce = load.mode === 'open' ? load.maxInFlight : load.concurrency;
  return [
    ...(atOnce === null ? [] : [figure('Maximum request concurrency:', asCounted, [atOnce])]),
    // Of a trace it is told no rate.
    ...(load.mode === 'open' && load.arrivals !== 'trace'
      ? [figure('Request rate configured (RPS):', decimals(2), [load.ratePerSecond])]
      : []),
  ];
};

const summary = (measured: MeasuredTrial, numbers: ServingNumbers): Figure[] => {
  const {trial, samples} = measured;
  const {wholeRun, brokenStreams} = differencesIn(measured);
  const {completed, seconds, inputTokens, outputTokens} = numbers;
  const streamed = isStreamed(trial);
  const row = (name: string, value: number | null, ours: number | null, why = [wholeRun, brokenStreams]) =>
    figure(name, decimals(2), [value], {ours: [ours], why});
  const count = (name: string, value: number | null, ours: number | null) =>
    figure(name, asCounted, [value], {
      ours: [ours],
      why: [value === null && 'not known for every request', brokenStreams],
    });
  const total = outputTokens === null || inputTokens === null ? null : inputTokens + outputTokens;
  return [
    count('Successful requests:', completed, trial.counts.ok),
    count('Failed requests:', samples.length - completed, trial.counts.failed),
    ...plan(trial.load),
    row('Benchmark duration (s):', seconds, trial.durationMs / 1000),
    count('Total input tokens:', inputTokens, trial.promptTokens),
    ...(streamed ? [count('Total generated tokens:', outputTokens, trial.outputTokens)] : []),
    row('Request throughput (req/s):', overRun(completed, numbers), trial.requestsPerSecond),
    ...(streamed
      ? [
          row('Output token throughput (tok/s):', overRun(outputTokens, numbers), trial.outputTokensPerSecond),
          row('Peak output token throughput (tok/s):', numbers.peakChunksPerSecond, null, [
            'chunks, not tokens, of its busiest second',
          ]),
          row('Peak concurrent requests:', numbers.peakRequests, trial.client.inFlightMax, [
            'every request that was under way at some time of a second',
          ]),
        ]
      : []),
    row('Total token throughput (tok/s):', overRun(streamed ? total : inputTokens, numbers), null, [wholeRun]),
  ];
};

const statistics = ['mean', 'p50', 'p99'] as const;

const chat = (measured: MeasuredTrial): Printout => {
  const {trial, samples} = measured;
  const role = beginsWithRole(measured);
  const {fromSend, roleChunk, perChunk, brokenStreams} = differencesIn(measured);
  const numbers = servingNumbers(
    samples.flatMap(sample => servedChat(sample, role)),
    samples,
  );
  const withRole = role && 'with the gap between the role chunk and the first text';
  const figures = {
    ttft: latencyFigures('TTFT', numbers.ttftMs, trial.ttftMs, statistics, [roleChunk, fromSend, brokenStreams]),
    tpot: latencyFigures('TPOT', numbers.tpotMs, trial.tpotMs, statistics, [
      '(latency − TTFT) ÷ (n − 1), where the latency runs to the usage chunk',
      brokenStreams,
    ]),
    itl: latencyFigures('ITL', numbers.itlMs, trial.itlMs, statistics, [perChunk, withRole, brokenStreams]),
  };
  return {
    mode: '--backend openai-chat',
    sections: [
      {title: null, columns: [], figures: summary(measured, numbers)},
      {title: 'Time to First Token', columns: [], figures: figures.ttft},
      {title: 'Time per Output Token (excl. 1st token)', columns: [], figures: figures.tpot},
      {title: 'Inter-token Latency', columns: [], figures: figures.itl},
    ],
    remarks: [
      ...(role
        ? []
        : [
            'A role chunk in one read with the first text does not show here: it would add a gap of 0 ms to each request.',
          ]),
      'Its ITL has one gap more for each chunk without text after the first one, such as a finish chunk of its own (SGLang sends one). Samples keep only events that carry text.',
      "The reply's end stands for the usage chunk's arrival, and one read is one stamp: it reads the clock again for each event.",
      ...(trial.load.mode === 'open' && trial.load.arrivals !== 'trace'
        ? ['Its clock starts one gap of the plan before the first request.']
        : []),
    ],
  };
};

const whole = (measured: MeasuredTrial): Printout => {
  const {trial, samples} = measured;
  const {fromSend} = differencesIn(measured);
  const numbers = servingNumbers(samples.flatMap(servedWhole), samples);
  const why = ["to the reply's head, not its end", fromSend];
  return {
    mode: `--backend ${trial.workload.kind === 'rerank' ? 'vllm-rerank' : 'openai-embeddings'}`,
    sections: [
      {title: null, columns: [], figures: summary(measured, numbers)},
      {
        title: 'End-to-end Latency',
        columns: [],
        figures: latencyFigures('E2EL', numbers.latencyMs, trial.e2eMs, statistics, why),
      },
    ],
    remarks: [],
  };
};

export const vllmBench: Rival = {
  title: 'vllm bench serve',
  version: '0.26.0',
  print: measured => (isStreamed(measured.trial) ? chat(measured) : whole(measured)),
  draw: drawServingBlock,
};
