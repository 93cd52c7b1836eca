import {z} from 'zod';

/** Workload parameters. Every size is in tokens or items; lengths are exact targets, see workloads/. */
export const workloadSpec = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('chat'),
    promptTokens: z.int().min(16).max(1_000_000),
    outputTokens: z.int().min(1).max(100_000),
  }),
  z.strictObject({
    kind: z.literal('prefix'),
    /** Tokens of the code context that all turns of a conversation share. */
    promptTokens: z.int().min(16).max(1_000_000),
    outputTokens: z.int().min(1).max(100_000),
    turns: z.int().min(2).max(100),
  }),
  z.strictObject({
    kind: z.literal('embed'),
    /** Texts in one request. */
    batch: z.int().min(1).max(2048),
    /** Tokens of each text. */
    promptTokens: z.int().min(1).max(1_000_000),
  }),
  z.strictObject({
    kind: z.literal('rerank'),
    /** Documents in one request. */
    batch: z.int().min(1).max(2048),
    /** Tokens of each document. */
    promptTokens: z.int().min(1).max(1_000_000),
  }),
]);
export type WorkloadSpec = z.infer<typeof workloadSpec>;
export type WorkloadKind = WorkloadSpec['kind'];

const amount = {
  /** Measured requests; null when the duration ends the trial. */
  requests: z.int().min(1).nullable(),
  /** Seconds of sending; null when the number of requests ends the trial. */
  durationSeconds: z.number().positive().nullable(),
  /** Requests sent and answered before the measurement; never in the results. */
  warmup: z.int().min(0),
};

const open = {
  mode: z.literal('open'),
  /** Of arrivals; for a trace the mean of the part that is replayed, at that speed, to six digits. */
  ratePerSecond: z.number().positive(),
  maxInFlight: z.int().min(1).nullable(),
  ...amount,
};

/** Arrivals planned beforehand; `maxInFlight` queues (the wait counts) and never drops. */
const openLoad = z.discriminatedUnion('arrivals', [
  z.strictObject({...open, arrivals: z.enum(['poisson', 'uniform'])}),
  z.strictObject({
    ...open,
    arrivals: z.literal('gamma'),
    /** Shape of the gaps' gamma distribution, as in vLLM's client: 1 is Poisson, below 1 is burstier; the gaps' coefficient of variation is 1/√burstiness. */
    burstiness: z.number().positive(),
  }),
  z.strictObject({
    ...open,
    arrivals: z.literal('trace'),
    trace: z.strictObject({
      /** Without its folder. */
      file: z.string(),
      sha256: z.string(),
      /** 2 replays it in half its time. */
      speed: z.number().positive(),
      /** In the whole file, whatever part of it is replayed. */
      arrivals: z.int().min(2),
    }),
  }),
]);

/** How the requests are sent. */
export const loadSpec = z.discriminatedUnion('mode', [
  /** `concurrency` slots, each sends its next request when the last one ended. */
  z.strictObject({mode: z.literal('closed'), concurrency: z.int().min(1).max(100_000), ...amount}),
  openLoad,
  /** autocannon, closed loop, whole replies only: embed and rerank. */
  z.strictObject({mode: z.literal('saturate'), concurrency: z.int().min(1).max(10_000), ...amount}),
]);
export type LoadSpec = z.infer<typeof loadSpec>;

export interface Stage {
  /** Shown in the table and kept as `suite` in every trial: one word, unique in the suite. */
  readonly name: string;
  readonly workload: WorkloadSpec;
  readonly load: LoadSpec;
}

/** One file under suites/ is one of these. */
export interface Suite {
  readonly name: string;
  /** The question that this suite answers, in one sentence. */
  readonly question: string;
  readonly repetitions: number;
  readonly stages: readonly Stage[];
}
