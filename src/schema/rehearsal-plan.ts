import {z} from 'zod';
import {side} from './plan.ts';
import {roles} from './request.ts';
import {examinationSpec} from './suite.ts';
import {workloadSpec} from './workload.ts';

const seconds = z.number().positive().max(86_400);
const share = z.number().min(0).max(1);

/** How requests come to the candidate. In-flight ones finish on the side that they began on, whatever the strategy. */
const strategySpec = z.discriminatedUnion('kind', [
  /** The baseline is stopped before the candidate is started: both never share a card, and the service is down meanwhile. */
  z.strictObject({kind: z.literal('restart')}),
  /** Both are up; all requests are turned over at once, after the candidate has passed its checks. */
  z.strictObject({kind: z.literal('blue-green')}),
  /** Both are up; a growing share of the requests goes to the candidate. A step ends in promote, abort, or, after `maxSeconds`, undecided. */
  z.strictObject({
    kind: z.literal('canary'),
    steps: z
      .array(z.strictObject({share: share.refine(value => value > 0, 'must be above 0'), seconds, maxSeconds: seconds}))
      .min(1),
  }),
  /** Both are up; the baseline answers, and the candidate is sent a copy whose answer is compared and thrown away. */
  z.strictObject({kind: z.literal('shadow'), share: share.refine(value => value > 0, 'must be above 0')}),
]);
export type StrategySpec = z.infer<typeof strategySpec>;
export type StrategyKind = StrategySpec['kind'];

const loadPart = z.strictObject({
  /** One word, unique in the plan. */
  name: z.string().regex(/^\w[\w-]*$/, 'must be one word'),
  /** Single requests: conversations would be torn by a switch. */
  workload: workloadSpec.refine(
    ({kind}) => kind === 'chat' || kind === 'embed' || kind === 'rerank',
    'must be chat, embed or rerank',
  ),
  /** Poisson arrivals; they go on through every stage, whatever the service does. */
  ratePerSecond: z.number().positive().max(100_000),
});

/** When the candidate is broken. What is not null is watched in every window; the first that is broken is the cause. */
const watchSpec = z.strictObject({
  /** Of the last so many seconds. */
  windowSeconds: seconds,
  /** Abort when the share of failed requests is shown (one-sided, at the plan's alpha) to be above it. */
  maxErrorShare: share,
  /** Abort when latency is shown to be worse than the baseline's by more than this: 0.5 is half as long again. */
  latencyMarginShare: z.number().positive(),
  /** Abort when a request has waited so long for its first byte. */
  hangSeconds: seconds,
  /** Ask a few known questions so often, and abort when the answers are not the baseline's; null: only in the stage `check`. */
  parityEverySeconds: seconds.nullable(),
  /** Abort when memory (VRAM where it is known, else the server's own) is shown to grow faster, after the first window; null: not watched. */
  memoryMiBPerMinute: z.number().positive().nullable(),
});
export type WatchSpec = z.infer<typeof watchSpec>;

/** What the verdicts ask for. */
const limitsSpec = z.strictObject({
  /** Longest time without an answered request: while cutting over, and while rolling back. */
  downtimeMs: z.number().min(0),
  /** Of all requests of the cutover (and of the rollback): failed ones, and those refused with retry advice. Lost and duplicated are never allowed. */
  failedShare: share,
  refusedShare: share,
  /** From the fault to the decision to go back; from there until the baseline has all requests; from there to latency within `latencyMarginShare`. */
  detectSeconds: seconds,
  rollbackSeconds: seconds,
  recoverSeconds: seconds,
  /** What latency may be after the rollback over before it, shown by TOST. */
  rollbackMarginShare: z.number().positive().max(1),
});

/** One file under suites/rehearsals/: how a cutover and its way back are rehearsed. Fixed before the first request. */
export const rehearsalPlan = z.strictObject({
  name: z.string().min(1),
  question: z.string().min(1),
  baseline: side,
  candidate: side,
  strategy: strategySpec,
  load: z.array(loadPart).min(1),
  /** Latency is taken in blocks of so many seconds: so many before the cutover and so many after the rollback. */
  blocks: z.strictObject({count: z.int().min(3).max(1000), seconds}),
  /** How long the candidate is watched with all its traffic before the fault (or, without one, before the way back). */
  watchSeconds: seconds,
  watch: watchSpec,
  limits: limitsSpec,
  /** Asked of the baseline before, of the candidate in `check`, of the baseline after. `allow`: as in a decision's plan. */
  answers: z.strictObject({
    ask: examinationSpec,
    required: z.array(z.enum(roles)),
    allow: z.record(z.string(), z.number().min(0)).optional(),
  }),
  /** Of each test that ends in a verdict. */
  alpha: z.number().positive().max(0.2),
});
export type RehearsalPlan = z.infer<typeof rehearsalPlan>;
