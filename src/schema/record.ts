import {z} from 'zod';
import {roles} from './request.ts';
import {loadSpec, workloadSpec} from './suite.ts';
import {schemaVersion} from './version.ts';

const evidence = z.enum(['simulated', 'real']);
export type Evidence = z.infer<typeof evidence>;

/** Of raw values, never of other percentiles. `p99` is null below the count that certifies it (see stats/percentile.ts). */
const distribution = z.object({
  n: z.int().min(1),
  mean: z.number(),
  p50: z.number(),
  p90: z.number(),
  p95: z.number(),
  p99: z.number().nullable(),
  max: z.number(),
});
export type Distribution = z.infer<typeof distribution>;

const finding = z.object({
  /** One kebab-case word per kind of finding, stable across versions. */
  code: z.string(),
  /** 'void': the trial's numbers must not be used; 'warning': read them with care; 'note': good to know. */
  severity: z.enum(['void', 'warning', 'note']),
  message: z.string(),
  hint: z.string().nullable(),
});
export type Finding = z.infer<typeof finding>;

const metricsReading = z.object({
  runningRequests: z.number().nullable(),
  waitingRequests: z.number().nullable(),
  kvUsage: z.number().nullable(),
  promptTokensTotal: z.number().nullable(),
  generationTokensTotal: z.number().nullable(),
  prefixQueriesTotal: z.number().nullable(),
  prefixHitsTotal: z.number().nullable(),
});

/** What the client measured of itself, second by second of the trial; the last one may be shorter. */
const clientSeconds = z.object({
  sent: z.array(z.int()),
  ended: z.array(z.int()),
  /** Requests in flight, the mean over the second. */
  heldMean: z.array(z.number()),
  /** Of the worst worker; null where its loop was not sampled in that second. */
  loopLagMaxMs: z.array(z.number().nullable()),
  /** Time that garbage collection took. */
  gcPauseMs: z.array(z.number()),
  /** Of the requests that ended in that second; null in closed loop. */
  scheduleLagMaxMs: z.array(z.number()).nullable(),
  /** Connections that could not be opened. */
  connectionsRefused: z.array(z.int()),
});
export type ClientSeconds = z.infer<typeof clientSeconds>;

/** What the client measured of itself. Records of before have only some of these fields. */
const clientHealth = z.object({
  /** Threads that the load was spread over. */
  workers: z.int().nullable().default(null),
  /**
   * 99th percentile of the event loop's delay over the trial, beyond the sampling interval; null where the loop was
   * never sampled, in a trial of a few ms or when it was blocked throughout.
   */
  loopLagP99Ms: z.number().nullable(),
  loopLagMaxMs: z.number().nullable(),
  /** Garbage collections over the trial: `maxMs` is the longest time in which the client could stamp nothing. */
  gcPauses: z.object({count: z.int(), totalMs: z.number(), maxMs: z.number()}).nullable().default(null),
  /** 99th percentile of sent - scheduled; null in closed loop, where nothing is scheduled. */
  scheduleLagP99Ms: z.number().nullable(),
  /** CPU of the client's own threads over the trial, divided by the requests. */
  cpuMsPerRequest: z.number(),
  /** Which HTTP client sent the requests. */
  http: z.enum(['net', 'undici', 'autocannon']),
  /** What the server's first reply had that plain sockets refuse, so that undici sent all that followed; else null. */
  httpSwitched: z.string().nullable().default(null),
  connectionsOpened: z.int().nullable(),
  connectionsRefused: z.int().nullable().default(null),
  /** Requests in flight at once, at most. */
  inFlightMax: z.int(),
  /** Requests that were sent, per second of sending, over what the plan asked for; null in closed loop. */
  achievedRateRatio: z.number().nullable(),
  seconds: clientSeconds.nullable().default(null),
});
export type ClientHealth = z.infer<typeof clientHealth>;

const cacheState = z.object({
  /** What the reset call came to; 'not-needed' for roles without a prefix cache. */
  reset: z.enum(['done', 'busy', 'unsupported', 'not-needed']),
  /** 'cold': a prompt that had been cached was not after the reset; 'warm': it still was; 'unknown': the server does not tell. */
  canary: z.enum(['cold', 'warm', 'unknown', 'not-asked']),
});
export type CacheState = z.infer<typeof cacheState>;

const turnSummary = z.object({
  turn: z.int(),
  n: z.int(),
  ttftP50Ms: z.number().nullable(),
  promptTokens: z.int().nullable(),
  cachedPromptTokens: z.int().nullable(),
});

const trial = z.object({
  index: z.int(),
  /** The stage's name: what ran. */
  suite: z.string(),
  repetition: z.int(),
  evidence,
  startedAt: z.string(),
  /** From the first request sent to the last one ended. */
  durationMs: z.number(),
  workload: workloadSpec,
  load: loadSpec,
  /** Of the sessions that were sent, as workloads/data-hash.ts says; equal hashes are equal bytes. */
  dataHash: z.string(),
  /** What TTFT and E2E count from: the plan's send time in open loop, the actual one in closed loop. */
  latencyFrom: z.enum(['scheduled', 'sent']),
  counts: z.object({ok: z.int(), failed: z.int()}),
  /** Failures by kind, with the first message of each. */
  failures: z.array(z.object({kind: z.string(), count: z.int(), firstMessage: z.string()})),
  /** Where throughput is counted: outside the start-up burst and the drain when `kind` is 'steady'. */
  window: z.object({startMs: z.number(), endMs: z.number(), kind: z.enum(['steady', 'whole'])}).nullable(),
  ttftMs: distribution.nullable(),
  itlMs: distribution.nullable(),
  tpotMs: distribution.nullable(),
  e2eMs: distribution.nullable(),
  /** Open loop: the same latencies from the schedule (as above) and from the send, to tell waiting from service. */
  fromScheduleMs: z.object({ttftMs: distribution.nullable(), e2eMs: distribution.nullable()}).nullable(),
  fromSendMs: z.object({ttftMs: distribution.nullable(), e2eMs: distribution.nullable()}).nullable(),
  requestsPerSecond: z.number().nullable(),
  /** Texts or documents a second: embed and rerank only. */
  itemsPerSecond: z.number().nullable(),
  outputTokensPerSecond: z.number().nullable(),
  /** Sums over the successful requests; null when the server did not tell for every one of them. */
  promptTokens: z.int().nullable(),
  outputTokens: z.int().nullable(),
  cachedPromptTokens: z.int().nullable(),
  turns: z.array(turnSummary),
  cache: cacheState,
  metrics: z.object({before: metricsReading.nullable(), after: metricsReading.nullable()}),
  gpuMemoryUsedMiB: z.object({before: z.number(), after: z.number()}).nullable(),
  client: clientHealth,
  findings: z.array(finding),
});
export type Trial = z.infer<typeof trial>;

export const machine = z.object({
  hostname: z.string(),
  os: z.string(),
  cpu: z.string(),
  cores: z.int(),
  memoryGiB: z.number(),
  node: z.string(),
  loadAverage: z.number(),
  /** `memoryMiB` is null where the GPU has no memory of its own and nvidia-smi shows [N/A]. */
  gpus: z.array(z.object({name: z.string(), uuid: z.string(), memoryMiB: z.number().nullable(), driver: z.string()})),
});
export type Machine = z.infer<typeof machine>;

export const runRecord = z.object({
  schemaVersion: z.literal(schemaVersion),
  runId: z.string(),
  /** 'running' in a file means that the harness died: the trials up to there are whole. */
  status: z.enum(['running', 'complete', 'interrupted', 'failed']),
  failure: z.object({code: z.string(), message: z.string()}).nullable(),
  evidence,
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  cutover: z.object({version: z.string(), gitCommit: z.string().nullable(), gitDirty: z.boolean().nullable()}),
  /** The words after `cutover`, as given. */
  command: z.array(z.string()),
  engine: z.object({
    name: z.string(),
    title: z.string(),
    version: z.string().nullable(),
    runtime: z.string(),
    stack: z.string().nullable(),
    servers: z.array(
      z.object({
        role: z.enum(roles),
        url: z.string(),
        model: z.string(),
        command: z.array(z.string()).nullable(),
        readySeconds: z.number().nullable(),
        facts: z.object({
          version: z.string().nullable(),
          model: z.string().nullable(),
          contextTokens: z.number().nullable(),
          kvTokens: z.number().nullable(),
          reportsCachedTokens: z.boolean().nullable(),
        }),
      }),
    ),
  }),
  machine,
  suites: z.array(z.string()),
  seed: z.int(),
  /** sha256 over the trials' data hashes, in order. */
  dataHash: z.string(),
  /**
   * What a request costs this client against a server that does nothing, on this machine, right after the trials. That
   * server runs in the client's thread: its part is in the latencies, and not in the CPU. Null in a run that is not complete.
   */
  clientOverhead: z
    .object({cpuMsPerRequest: z.number(), latencyP50Ms: z.number(), latencyP99Ms: z.number().nullable(), n: z.int()})
    .nullable(),
  trials: z.array(trial),
});
export type RunRecord = z.infer<typeof runRecord>;
