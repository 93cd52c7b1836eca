import {z} from 'zod';
import {roles} from './request.ts';
import {examinationSpec, loadSpec, sweepSpec, workloadSpec} from './suite.ts';
import {schemaVersion} from './version.ts';

const evidence = z.enum(['simulated', 'real']);

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
  /** CPU of the client's own threads over the trial, divided by the requests; null where several loads shared a thread. */
  cpuMsPerRequest: z.number().nullable(),
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

/** What nvidia-smi told of one GPU during a trial. */
const gpuDuringTrial = z.object({
  uuid: z.string(),
  memoryUsedMiB: z.object({min: z.number(), max: z.number()}),
  powerW: z.object({mean: z.number(), max: z.number()}).nullable(),
  smClockMHz: z.object({min: z.number(), p50: z.number()}).nullable(),
  temperatureMaxC: z.number().nullable(),
  /** nvidia-smi's names of what held the clocks down, with the share of the readings in which it did. */
  clockLimits: z.array(z.object({reason: z.string(), share: z.number()})),
  /** Of power, clocks and temperature, one a second; memory is read five times as often. */
  readings: z.int(),
});

const trialGpu = z.object({
  cards: z.array(gpuDuringTrial),
  /** Of each server's processes, the most at any time of the trial. */
  servers: z.array(z.object({role: z.enum(roles), memoryMaxMiB: z.number()})),
  /** The most that processes of others held of one of these cards; null where it cannot be told whose they are. */
  othersMaxMiB: z.number().nullable(),
});
export type TrialGpu = z.infer<typeof trialGpu>;

/** How full the KV pool was during a trial, by the server's gauge. What requests need, where the pool is what is reserved. */
const kvUse = z.object({
  /** 0…1 */
  maxShare: z.number(),
  /** The share of the pool's tokens; null where the pool's size is not known. */
  maxTokens: z.int().nullable(),
  readings: z.int(),
});
export type KvUse = z.infer<typeof kvUse>;

/** Of the requests with one turn number; token counts are sums over them, null when not told for every one. */
const turnSummary = z.object({
  turn: z.int(),
  n: z.int(),
  ttftP50Ms: z.number().nullable(),
  ttftP90Ms: z.number().nullable().default(null),
  e2eP50Ms: z.number().nullable().default(null),
  promptTokens: z.int().nullable(),
  cachedPromptTokens: z.int().nullable(),
});

/** How much of the prompts the prefix cache had, over all requests of a trial, those of its warm-up too; 0…1, null where not told. */
const prefixHits = z.object({
  /** By the usage of every reply. */
  byRequests: z.number().nullable(),
  /** By the growth of the server's counters. */
  byCounters: z.number().nullable(),
});
export type PrefixHits = z.infer<typeof prefixHits>;

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
  prefixHits: prefixHits.nullable().default(null),
  /** The numbers of the trials that ran at the same time, this one's too; null where it ran alone. */
  together: z.array(z.int()).nullable().default(null),
  cache: cacheState,
  metrics: z.object({before: metricsReading.nullable(), after: metricsReading.nullable()}),
  gpuMemoryUsedMiB: z.object({before: z.number(), after: z.number()}).nullable(),
  gpu: trialGpu.nullable().default(null),
  kvUse: kvUse.nullable().default(null),
  client: clientHealth,
  findings: z.array(finding),
});
export type Trial = z.infer<typeof trial>;

/** What a sweep came to. Its trials are named after the stage, with the level behind an @. */
const sweep = z.object({
  stage: z.string(),
  repetition: z.int(),
  spec: sweepSpec,
  levels: z.array(
    z.object({
      trial: z.int(),
      /** Requests in flight, or requests a second. */
      level: z.number(),
      /** Tokens a second for chat, texts or documents a second for the others. */
      throughput: z.number().nullable(),
      ttftP99Ms: z.number().nullable(),
      /** Share of all requests that met every limit of the SLO; null without one. */
      goodShare: z.number().nullable(),
    }),
  ),
  /** The level from which more load brings no more throughput, or the highest rate that met the SLO; null: not found. */
  found: z.object({level: z.number(), throughput: z.number()}).nullable(),
  /** Why it ended; 'not over' while it goes on, and `broken off: …` where the run ended before it. */
  stopped: z.string(),
});
export type Sweep = z.infer<typeof sweep>;

const check = z.object({
  /** Stable across versions and runs: checks of two records are compared by it. */
  id: z.string(),
  /** What was asked for, as a sentence. */
  title: z.string(),
  /** 'unknown': it could not be told; 'note': there is no right answer, this is the one that was given. */
  outcome: z.enum(['pass', 'fail', 'unknown', 'note']),
  /** What was seen. */
  detail: z.string(),
  /** The smallest input that shows it; null where none is needed. */
  example: z.string().nullable(),
});
export type Check = z.infer<typeof check>;

/** Questions asked once each. What was answered is in `answersFile`, one line each. */
const examination = z.object({
  stage: z.string(),
  spec: examinationSpec,
  repetition: z.int(),
  evidence,
  startedAt: z.string(),
  durationMs: z.number(),
  /** In the run's folder. */
  answersFile: z.string(),
  questions: z.int(),
  /** Of the questions: equal hashes were asked the same. */
  dataHash: z.string(),
  /** The smallest input first. */
  checks: z.array(check),
  /** What came out as numbers, by name (A/A differences, limits in tokens …); null where not told. */
  measures: z.record(z.string(), z.number().nullable()),
});
export type Examination = z.infer<typeof examination>;

/** How prompts were cut to a number of tokens. */
const tokenLengths = z.object({
  role: z.enum(roles),
  /** 'server': by its /tokenize; 'tokenizer': by a local tokenizer.json; 'estimate': by an average over models. */
  from: z.enum(['server', 'tokenizer', 'estimate']),
  charactersPerToken: z.number().positive(),
  /** What a request, or a text of an encoder, has beyond its characters at this ratio. */
  fixedTokens: z.int().default(0),
  tokenizer: z.object({file: z.string(), sha256: z.string()}).nullable(),
});
export type TokenLengths = z.infer<typeof tokenLengths>;

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

/** The image that a server ran from. */
const serverContainer = z.object({
  /** As it was named. */
  image: z.string(),
  /** Of the registry's manifest, `sha256:…`; null for an image that never was in a registry. */
  digest: z.string().nullable(),
  /** Docker's own, of the image's configuration. */
  imageId: z.string(),
});
export type ServerContainer = z.infer<typeof serverContainer>;

/** What a start took, in seconds; what did not happen or is not told is null. Together these are costs of a migration. */
const serverStartup = z.object({
  /** Of the image; 0 when it was there. */
  pullSeconds: z.number().nullable(),
  /** Of the container, until its process ran. */
  createSeconds: z.number().nullable(),
  /** Weights, compilation and CUDA graphs by the engine's own words. */
  loadSeconds: z.number().nullable(),
  compileSeconds: z.number().nullable(),
  graphsSeconds: z.number().nullable(),
  /** 'empty': nothing that an engine had compiled before could be used; 'used': there was a cache; null: not known. */
  compileCache: z.enum(['empty', 'used']).nullable(),
});
export type ServerStartup = z.infer<typeof serverStartup>;

/** Where a server's GPU memory goes. Parts by the engine's log, the whole by nvidia-smi; null where neither tells. */
const serverMemory = z.object({
  weightsMiB: z.number().nullable(),
  /** What is reserved for KV cache, whether requests use it or not. */
  kvPoolMiB: z.number().nullable(),
  graphsMiB: z.number().nullable(),
  /** The whole without those of the three above that are told: CUDA context, activations, what the allocator keeps. */
  otherMiB: z.number().nullable(),
  /** Of all of the server's processes when it was ready. */
  processMiB: z.number().nullable(),
  kvTokens: z.int().nullable(),
});
export type ServerMemory = z.infer<typeof serverMemory>;

/** The GPUs' memory around a whole run, all cards together. */
const runGpu = z.object({
  /** MiB in use before the first server was started. */
  beforeMiB: z.number(),
  /** When the last server had stopped; null when it was not asked. */
  afterStopMiB: z.number().nullable(),
});
export type RunGpu = z.infer<typeof runGpu>;

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
        container: serverContainer.nullable().default(null),
        startup: serverStartup.nullable().default(null),
        memory: serverMemory.nullable().default(null),
        facts: z.object({
          version: z.string().nullable(),
          model: z.string().nullable(),
          contextTokens: z.number().nullable(),
          kvTokens: z.number().nullable(),
          pageTokens: z.number().nullable().default(null),
          reportsCachedTokens: z.boolean().nullable(),
        }),
      }),
    ),
  }),
  machine,
  suites: z.array(z.string()),
  seed: z.int(),
  /** sha256 over the data hashes of the trials and then the examinations, in order. */
  dataHash: z.string(),
  /**
   * What a request costs this client against a server that does nothing, on this machine, right after the trials. That
   * server runs in the client's thread: its part is in the latencies, and not in the CPU. Null in a run that is not complete.
   */
  clientOverhead: z
    .object({cpuMsPerRequest: z.number(), latencyP50Ms: z.number(), latencyP99Ms: z.number().nullable(), n: z.int()})
    .nullable(),
  gpu: runGpu.nullable().default(null),
  tokenLengths: z.array(tokenLengths).default([]),
  sweeps: z.array(sweep).default([]),
  examinations: z.array(examination).default([]),
  /** About the run as a whole. */
  findings: z.array(finding).default([]),
  trials: z.array(trial),
});
export type RunRecord = z.infer<typeof runRecord>;
