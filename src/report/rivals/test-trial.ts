import {exampleTrial} from '../../records/test-run.ts';
import type {OkSample, Sample} from '../../schema/sample.ts';
import type {Distribution, Trial} from '../../schema/trial.ts';
import {chatSample} from '../../stats/test-samples.ts';
import type {MeasuredTrial, Rival} from './rival.ts';

/** A streamed answer in a closed loop, from its times. */
export const answer = (
  sentMs: number,
  firstChunkMs: number,
  tokenEventsMs: readonly number[],
  endMs: number,
  rest: Partial<OkSample> = {},
): OkSample =>
  chatSample({
    scheduledMs: null,
    sentMs,
    firstByteMs: firstChunkMs,
    firstChunkMs,
    firstTokenMs: tokenEventsMs[0] ?? null,
    lastTokenMs: tokenEventsMs.at(-1) ?? null,
    tokenEventsMs: [...tokenEventsMs],
    tokensPerEvent: tokenEventsMs.map(() => 1),
    outputTokens: tokenEventsMs.length,
    endMs,
    ...rest,
  });

/**
 * Three requests, two at once, over 440 ms. Each begins with a role chunk; that of the second shares its read with the
 * first token. The last event of the first has two tokens.
 */
export const threeAnswers: readonly OkSample[] = [
  answer(0, 100, [110, 120, 130], 140, {promptTokens: 10, outputTokens: 4, tokensPerEvent: [1, 1, 2]}),
  answer(0, 200, [200, 230, 260], 270, {promptTokens: 20}),
  answer(140, 340, [350, 400], 440, {promptTokens: 30}),
];

const few = (n: number, mean: number, p50: number, p90: number, p95: number, max: number): Distribution => ({
  n,
  mean,
  p50,
  p90,
  p95,
  p99: null,
  max,
});

/** What cutover says of them: TTFT 110, 200, 210; gaps 10, 5, 5, 30, 30, 50; TPOT 20/3, 30, 50; E2E 130, 260, 260. */
export const trialOfThree = (changes: Partial<Trial> = {}): Trial =>
  exampleTrial({
    durationMs: 440,
    workload: {kind: 'chat', promptTokens: 20, outputTokens: 4},
    load: {mode: 'closed', concurrency: 2, requests: 3, durationSeconds: null, warmup: 0},
    counts: {ok: 3, failed: 0},
    window: {startMs: 0, endMs: 300, kind: 'steady'},
    ttftMs: few(3, 520 / 3, 200, 208, 209, 210),
    itlMs: few(6, 130 / 6, 20, 40, 45, 50),
    tpotMs: few(3, 260 / 9, 30, 46, 48, 50),
    e2eMs: few(3, 650 / 3, 260, 260, 260, 260),
    requestsPerSecond: 10,
    outputTokensPerSecond: 25,
    promptTokens: 60,
    outputTokens: 9,
    client: {...exampleTrial().client, inFlightMax: 2},
    ...changes,
  });

export const measuredThree: MeasuredTrial = {trial: trialOfThree(), samples: threeAnswers};

/** What a rival prints of a trial, by the names of its figures. */
export const figuresOf = (rival: Rival, measured: MeasuredTrial) => {
  const printout = rival.print(measured);
  if (printout === null) throw new Error('it has no mode for this');
  return new Map(printout.sections.flatMap(({figures}) => figures).map(figure => [figure.name, figure]));
};

/** The values alone: one as it is, several in their order. */
export const printedBy = (rival: Rival, measured: MeasuredTrial) =>
  Object.fromEntries(
    [...figuresOf(rival, measured)].map(([name, {printed}]) => [name, printed.length === 1 ? printed[0] : printed]),
  );

/** A trial in open loop: latencies count from the schedule. */
export const openTrial = (samples: readonly Sample[], changes: Partial<Trial> = {}): MeasuredTrial => ({
  trial: trialOfThree({
    load: {
      mode: 'open',
      ratePerSecond: 20,
      arrivals: 'poisson',
      maxInFlight: 1,
      requests: samples.length,
      durationSeconds: null,
      warmup: 0,
    },
    latencyFrom: 'scheduled',
    counts: {ok: samples.length, failed: 0},
    ...changes,
  }),
  samples,
});
