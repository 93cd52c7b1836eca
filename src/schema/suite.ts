import {z} from 'zod';
import type {DisturbanceSpec} from './disturbance.ts';
import type {WorkloadSpec} from './workload.ts';

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

/** Service level: every limit that is not null must be met. Percentiles over the trial, failed requests as missed. */
const sloSpec = z.strictObject({
  ttftP99Ms: z.number().positive().nullable(),
  tpotP99Ms: z.number().positive().nullable(),
  e2eP99Ms: z.number().positive().nullable(),
});
export type SloSpec = z.infer<typeof sloSpec>;

/** The same load at one level after another, until the next level would tell nothing new. */
export const sweepSpec = z.discriminatedUnion('over', [
  /** Closed loop, concurrency doubled: ends where a doubling brings less than `gainShare` more throughput. */
  z.strictObject({
    over: z.literal('concurrency'),
    from: z.int().min(1),
    to: z.int().min(1),
    gainShare: z.number().positive().max(1),
    /** Measured requests for each slot of a level, so that every level is measured for as many rounds. */
    requestsPerSlot: z.int().min(1),
  }),
  /** Open loop, Poisson: the rate is doubled until the SLO is missed, then halved in until the two sides are within `resolution`. */
  z.strictObject({
    over: z.literal('rate'),
    from: z.number().positive(),
    to: z.number().positive(),
    slo: sloSpec,
    /** Of the rate: 0.05 ends within 5 %. */
    resolution: z.number().positive().max(1),
    /** Seconds of sending at each level. */
    secondsPerLevel: z.number().positive(),
  }),
]);
export type SweepSpec = z.infer<typeof sweepSpec>;

/** Questions that are asked once each, for what is answered and not for how fast. */
export const examinationSpec = z.discriminatedUnion('kind', [
  /** POST /embed, /rerank, /chat and GET /health of the service, through our gateway where the stack is no such service. */
  z.strictObject({
    kind: z.literal('contract'),
    /** Generated cases beside the written ones. */
    generated: z.int().min(0).max(100_000),
  }),
  /** The same questions twice, for what an engine differs from itself; a record of another engine is compared with it. */
  z.strictObject({
    kind: z.literal('parity'),
    texts: z.int().min(2).max(10_000),
    rankings: z.int().min(1).max(10_000),
    chats: z.int().min(0).max(10_000),
  }),
  /** Texts up to the model's limit and past it, dimensions, base64, top_n. */
  z.strictObject({kind: z.literal('limits')}),
  /** All that the session client does, against the chat server. */
  z.strictObject({kind: z.literal('sessions')}),
]);
export type ExaminationSpec = z.infer<typeof examinationSpec>;
export type ExaminationKind = ExaminationSpec['kind'];

/** One load on one of the stack's servers. */
export interface LoadStage {
  /** Shown in the table and kept as `suite` in every trial: one word, unique in the suite. */
  readonly name: string;
  readonly workload: WorkloadSpec;
  readonly load: LoadSpec;
  /** Its arrivals are those of the stage of this name, so that the two differ in what runs beside them; absent: its own. */
  readonly arrivesAs?: string;
}

/** Loads that run at the same time; each becomes a trial of its own, with all of their numbers in `together`. */
interface TogetherStage {
  readonly name: string;
  readonly together: readonly LoadStage[];
}

/** Trials at levels that follow from what the ones before came to. `load` is what they have in common. */
export interface SweepStage extends LoadStage {
  readonly sweep: SweepSpec;
}

export interface ExaminationStage {
  readonly name: string;
  readonly examine: ExaminationSpec;
}

/** A load in the middle of which something is done to the stack. It must end by its duration. */
export interface DisturbedStage extends LoadStage {
  readonly disturb: DisturbanceSpec;
}

export type Stage = LoadStage | TogetherStage | SweepStage | DisturbedStage | ExaminationStage;

/** One file under suites/ is one of these. */
export interface Suite {
  readonly name: string;
  /** The question that this suite answers, in one sentence. */
  readonly question: string;
  readonly repetitions: number;
  readonly stages: readonly Stage[];
}
