import type {LoadSpec} from '../../schema/suite.ts';
import type {WorkloadSpec} from '../../schema/workload.ts';
import type {Answer, FirstTokenDelay} from './paced-server.ts';

/** One load on one server. */
export interface Scenario {
  readonly name: string;
  readonly answer: Answer;
  readonly workload: WorkloadSpec;
  readonly load: LoadSpec;
  /** Whether the draining client runs it too. */
  readonly drained: boolean;
  /** Threads of the client; with more than one it has all cores of the machine, the server's among them. */
  readonly workers: number;
}

const tokens = 64;
const fixed: FirstTokenDelay = {kind: 'fixed', ms: 50};
const chat: WorkloadSpec = {kind: 'chat', promptTokens: 128, outputTokens: tokens};
const embed: WorkloadSpec = {kind: 'embed', batch: 32, promptTokens: 16};

const closed = (concurrency: number, requests: number): LoadSpec => ({
  mode: 'closed',
  concurrency,
  requests,
  durationSeconds: null,
  warmup: 0,
});

const streams = (
  concurrency: number,
  cycles: number,
  {
    name = `${concurrency} streams`,
    firstToken = fixed,
    drained = false,
  }: {readonly name?: string; readonly firstToken?: FirstTokenDelay; readonly drained?: boolean} = {},
): Scenario => ({
  name,
  answer: {mode: 'paced', tokens, firstToken, gapMs: 10, stall: null},
  workload: chat,
  load: closed(concurrency, concurrency * cycles),
  drained,
  workers: 1,
});

/** The server's writes, not the streams, are what is without delay: 64 of them a reply, or one. */
const nullServer = (name: string, tokensPerWrite: number, requests: number): Scenario => ({
  name,
  answer: {mode: 'null', tokens, tokensPerWrite},
  workload: chat,
  load: closed(64, requests),
  drained: true,
  workers: 1,
});

/** Embeddings that cost neither side much, each 5 ms after it was asked for: what is slow is the server. */
const embedAfter5Ms = (name: string, mode: 'closed' | 'saturate'): Scenario => ({
  name,
  answer: {mode: 'embed', texts: 8, dimensions: 64, delayMs: 5},
  workload: {kind: 'embed', batch: 8, promptTokens: 16},
  load: {mode, concurrency: 32, requests: 12_000, durationSeconds: null, warmup: 0},
  drained: false,
  workers: 1,
});

/** Of the two scenarios of this name, the load client's and autocannon's. */
export const agreement = {ours: 'embed after 5 ms', autocannon: 'embed after 5 ms, autocannon'} as const;

const open = (
  name: string,
  ratePerSecond: number,
  requests: number,
  answer: Extract<Answer, {mode: 'paced'}>,
  maxInFlight: number | null,
): Scenario => ({
  name,
  answer,
  workload: {...chat, outputTokens: answer.tokens},
  load: {mode: 'open', ratePerSecond, arrivals: 'uniform', maxInFlight, requests, durationSeconds: null, warmup: 0},
  drained: false,
  workers: 1,
});

/** The table. A cycle of a stream takes 680 ms. */
export const fullScenarios: readonly Scenario[] = [
  streams(32, 21), // 672 requests: enough to certify a P99
  streams(128, 10, {drained: true}),
  streams(128, 10, {
    name: '128 streams, lognormal',
    firstToken: {kind: 'lognormal', medianMs: 50, sigma: 0.6, seed: 1},
  }),
  streams(512, 8, {drained: true}),
  streams(1000, 8, {drained: true}),
  nullServer('null', tokens, 20_000),
  nullServer('null, token by token', 1, 20_000),
  {
    name: 'embed',
    answer: {mode: 'embed', texts: 32, dimensions: 768, delayMs: 0},
    workload: embed,
    load: {mode: 'closed', concurrency: 32, requests: null, durationSeconds: 4, warmup: 0},
    drained: true,
    workers: 1,
  },
  embedAfter5Ms(agreement.ours, 'closed'),
  embedAfter5Ms(agreement.autocannon, 'saturate'),
  {
    name: '10,000 streams',
    // A token a second of each: 10,000 events a second, so that holding them is what is asked for.
    answer: {mode: 'paced', tokens: 8, firstToken: {kind: 'fixed', ms: 1000}, gapMs: 1000, stall: null},
    workload: {...chat, outputTokens: 8},
    load: closed(10_000, 20_000),
    drained: false,
    workers: 2,
  },
  open('open loop', 2000, 8000, {mode: 'paced', tokens: 4, firstToken: fixed, gapMs: 10, stall: null}, null),
  open(
    'stalling server',
    100,
    900, // three stalls, and 1.5 s to catch up with the last of them
    // 10 ms a request: four at a time catch up with a backlog of 70 in a quarter of a second.
    {mode: 'paced', tokens: 2, firstToken: {kind: 'fixed', ms: 5}, gapMs: 5, stall: {every: 250, ms: 700}},
    4,
  ),
];

/** For CI: whether everything arrives and is counted, and what it costs next to the draining client. */
export const shortScenarios: readonly Scenario[] = [
  streams(32, 4),
  streams(128, 4),
  nullServer('null', tokens, 8000),
  nullServer('null, token by token', 1, 8000),
];
