import {z} from 'zod';
import {begunRun} from './begun-run.ts';
import {arms} from './block.ts';
import {evidence, finding} from './finding.ts';
import {engineAccount} from './journal.ts';
import {machine} from './record.ts';
import {rehearsalPlan} from './rehearsal-plan.ts';
import {roles} from './request.ts';
import {scenarioNames} from './scenario-names.ts';
import {server} from './server.ts';
import {schemaVersion} from './version.ts';

/** In this order, but for `restart`, where the candidate starts and is checked within `cutover`. */
export const stageNames = [
  'baseline-up',
  'before',
  'candidate-up',
  'check',
  'cutover',
  'watch',
  'fault',
  'rollback',
  'recover',
  'after',
  'down',
] as const;
export type StageName = (typeof stageNames)[number];

/** Milliseconds of the machine's monotonic clock. */
const ms = z.number();

const stage = z.strictObject({
  name: z.enum(stageNames),
  /** From 1: stages are passed again when a killed rehearsal goes on. */
  sitting: z.int().min(1),
  startMs: ms,
  /** Null while it runs, and for good where the harness was killed in it. */
  endMs: ms.nullable(),
  /** 'aborted': the candidate was given up in it; 'undecided': nothing was shown in the time that it had. */
  outcome: z.enum(['running', 'done', 'aborted', 'undecided', 'failed']),
  /** One sentence; null where there is nothing to say. */
  detail: z.string().nullable(),
});
export type RehearsalStage = z.infer<typeof stage>;

/** What the gateway was told to do with requests. */
export const route = z.strictObject({
  /** Null: nobody serves, and requests are refused with retry advice. */
  primary: z.enum(arms).nullable(),
  /** Of the requests, 0…1, to the candidate while the baseline is primary. */
  candidateShare: z.number().min(0).max(1),
  /** Of the requests, 0…1, whose copy goes to the candidate. */
  mirrorShare: z.number().min(0).max(1),
  /** Asked where the primary refuses the connection: nothing was sent yet, so that nothing is done twice. */
  standby: z.enum(arms).nullable(),
});
export type Route = z.infer<typeof route>;

const event = z.strictObject({
  atMs: ms,
  kind: z.enum(['route', 'fault', 'fault-lifted', 'detected', 'decision', 'step', 'killed', 'resumed', 'note']),
  /** One sentence. */
  text: z.string(),
  route: route.nullable(),
});
export type RehearsalEvent = z.infer<typeof event>;

export const memoryReading = z.strictObject({
  atMs: ms,
  arm: z.enum(arms),
  /** All processes of that stack on the GPU; null where it cannot be known. */
  vramMiB: z.number().nullable(),
  /** Resident, or a container's; null where it cannot be known. */
  hostMiB: z.number().nullable(),
  /** True: what the simulated engine says that it would take. */
  simulated: z.boolean(),
});
export type MemoryReading = z.infer<typeof memoryReading>;

/** One side as it was at one time: what a rollback must bring back. */
const sideFacts = z.strictObject({
  arm: z.enum(arms),
  /** From 1: a side that was started again is another incarnation. */
  incarnation: z.int().min(1),
  engine: z.string(),
  stack: z.string().nullable(),
  runtime: z.string(),
  evidence,
  atMs: ms,
  servers: z.array(server),
});
export type SideFacts = z.infer<typeof sideFacts>;

const answersOfRole = z.strictObject({
  role: z.enum(roles),
  outcome: z.enum(['same', 'differs', 'unknown']),
  detail: z.string(),
});

/** By what the watch finds that a candidate is broken. */
const watchSignals = ['died', 'hang', 'answers', 'errors', 'latency', 'memory'] as const;
export type WatchSignal = (typeof watchSignals)[number];

/** How far the monotonic clock of a load pod is from this machine's. */
const clockReading = z.strictObject({
  /** When it was measured, by this machine's clock. */
  atMs: ms,
  /** This machine's time less the pod's. */
  offsetMs: z.number(),
  /** The offset is within so much of the truth. */
  errorMs: z.number(),
});
export type ClockReading = z.infer<typeof clockReading>;

/** The load of one sitting, where pods of a cluster put it on. */
const podLoad = z.strictObject({
  sitting: z.int().min(1),
  image: z.string(),
  /** Its address and what named it, `https://10.0.0.1:6443 (context lab)`; absent in rehearsals of before. */
  cluster: z.string().optional(),
  namespace: z.string(),
  /** Of the Kubernetes Job. */
  job: z.string(),
  /** Which cutover the pods have; absent in rehearsals of before, and until they have said it. */
  program: z.strictObject({version: z.string(), sources: z.string()}).optional(),
  /** When it began; null where it never did. */
  startMs: ms.nullable(),
  /** In the order of their numbers. */
  shards: z.array(
    z.strictObject({
      pod: z.string(),
      node: z.string().nullable(),
      /** Before the load, now and then beside it, and after it: its journal was moved to this machine's clock by them. */
      clocks: z.array(clockReading),
      /** The file beside this one with its requests, all of them; null where it is not here. */
      journal: z.string().nullable(),
      /** The requests that it tells of; absent until it is here, and in rehearsals of before. */
      sent: z.int().optional(),
      /** Why there is none, in one sentence; null while there may be one. */
      lost: z.string().nullable(),
    }),
  ),
});
export type PodLoad = z.infer<typeof podLoad>;
export type LoadShard = PodLoad['shards'][number];

/** A process that outlives the harness: it is found again by these. */
const helper = z.strictObject({
  pid: z.int(),
  /** As /proc says it (field 22 of stat), so that another process of the same number is not taken for it; null where there is no /proc. */
  startTicks: z.string().nullable(),
  /** Its control, or admin, origin. */
  control: z.string(),
  /** Of the gateway: where it serves. */
  url: z.string().nullable(),
});
export type HelperProcess = z.infer<typeof helper>;

/**
 * rehearsal.json: how a rehearsal went, and while it runs the state that it can be resumed from: it is saved before and after each
 * step. Beside it lie client.jsonl, those of load pods (client.1.1.jsonl) and gateway.jsonl (schema/journal.ts), memory.jsonl, logs, answers/ (parity), and what is computed from
 * these alone: verdict.json and the reports.
 */
export const rehearsal = z.object({
  schemaVersion: z.literal(schemaVersion),
  rehearsalId: z.string(),
  ...begunRun,
  machine,
  seed: z.int(),
  plan: rehearsalPlan,
  scenario: z.enum(scenarioNames),
  /** Which signals may find it on this runtime; absent where nothing is to be found, and in rehearsals of before. */
  expects: z.array(z.enum(watchSignals)).optional(),
  /** The monotonic clock at `startedAt`: 0 of the timeline. */
  originMs: ms,
  /** Of this machine's start: the clock of another one says nothing here. Null where it cannot be known. */
  bootId: z.string().nullable(),
  sittings: z.array(z.strictObject({startedAt: z.string(), startMs: ms, endMs: ms.nullable()})),
  stages: z.array(stage),
  events: z.array(event),
  sides: z.array(sideFacts),
  /** `when`: which examination was compared with the baseline's first one. */
  answers: z.array(z.strictObject({when: z.enum(['check', 'watch', 'after']), roles: z.array(answersOfRole)})),
  /** What each incarnation of a side says that it executed, asked before it was stopped. */
  engines: z.array(z.strictObject({arm: z.enum(arms), incarnation: z.int().min(1), account: engineAccount.nullable()})),
  /** Time windows of the blocks of latency, before and after. */
  blocks: z.array(z.strictObject({when: z.enum(['before', 'after']), startMs: ms, endMs: ms})),
  /** Null where there is none at the moment. */
  helpers: z.strictObject({gateway: helper.nullable(), baseline: helper.nullable(), candidate: helper.nullable()}),
  findings: z.array(finding),
  /** Absent where the load came from this machine. */
  podLoads: z.array(podLoad).optional(),
});
export type Rehearsal = z.infer<typeof rehearsal>;
