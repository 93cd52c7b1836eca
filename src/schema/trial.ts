import {z} from 'zod';
import {disturbance} from './disturbance.ts';
import {evidence, finding} from './finding.ts';
import {roles} from './request.ts';
import {trialShards} from './shard.ts';
import {parts} from './stack-parts.ts';
import {loadSpec} from './suite.ts';
import {workloadSpec} from './workload.ts';

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
export const clientSeconds = z.object({
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

/** What one server behind a router did in a trial, warm-up included, by the growth of its own counters; null where it does not tell. */
const memberShare = z.object({
  name: z.string(),
  part: z.enum(parts),
  requests: z.int().nullable(),
  promptTokens: z.number().nullable(),
  cachedPromptTokens: z.number().nullable(),
  generationTokens: z.number().nullable(),
});
export type MemberShare = z.infer<typeof memberShare>;

/**
 * Where the time of a request went, means in ms over the successful streamed requests. Prefill is from the send to the first token without
 * the transfer, waiting included; decode from the first token to the last. Prefill and decode are the client's stamps; the transfer is the
 * growth of the prefill servers' counters, over all requests, and null where no KV moves or none is told.
 */
const phases = z.object({
  n: z.int().min(1),
  prefillMs: z.number(),
  transferMs: z.number().nullable(),
  decodeMs: z.number(),
  transfer: z.object({count: z.int(), mib: z.number().nullable()}).nullable(),
});
export type Phases = z.infer<typeof phases>;

export const trial = z.object({
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
  /** Of the servers behind a router; empty where there is none. */
  members: z.array(memberShare).default([]),
  phases: phases.nullable().default(null),
  /** What was done to the stack in the middle of it; null where nothing was. */
  disturbance: disturbance.nullable().default(null),
  /** The numbers of the trials that ran at the same time, this one's too; null where it ran alone. */
  together: z.array(z.int()).nullable().default(null),
  /** The shards that put the load on; null where one machine did. */
  shards: trialShards.nullable().default(null),
  cache: cacheState,
  metrics: z.object({before: metricsReading.nullable(), after: metricsReading.nullable()}),
  gpuMemoryUsedMiB: z.object({before: z.number(), after: z.number()}).nullable(),
  gpu: trialGpu.nullable().default(null),
  kvUse: kvUse.nullable().default(null),
  client: clientHealth,
  findings: z.array(finding),
});
export type Trial = z.infer<typeof trial>;
