import {z} from 'zod';
import {metricNames} from './plan.ts';
import {roles} from './request.ts';
import {schemaVersion} from './version.ts';

export const verdictNames = ['GO', 'NO-GO', 'INCONCLUSIVE', 'VOID'] as const;
const verdictName = z.enum(verdictNames);
export type VerdictName = z.infer<typeof verdictName>;

/**
 * Of a metric or a workload. 'undecidable': the margin is below the noise floor, and the effect is not shown to be beyond the floor on
 * either side (it would fail or pass); 'missing': not measured, or too few requests.
 */
const outcomes = ['pass', 'fail', 'inconclusive', 'undecidable', 'missing', 'shown'] as const;
export type Outcome = (typeof outcomes)[number];

/** Candidate ÷ baseline, by the geometric mean over the pairs. */
const ratio = z.strictObject({
  estimate: z.number(),
  /** Two-sided 95 %; null with fewer than two pairs. */
  low: z.number().nullable(),
  high: z.number().nullable(),
});

const metricVerdict = z.strictObject({
  metric: z.enum(metricNames),
  rank: z.enum(['primary', 'secondary']),
  better: z.enum(['higher', 'lower']),
  marginShare: z.number().nullable(),
  /** The ratio at which the candidate is worse by the margin: 1 + share where lower is better, 1 ÷ (1 + share) where higher is. */
  limitRatio: z.number().nullable(),
  outcome: z.enum(outcomes),
  /** One sentence: why this outcome. */
  reason: z.string(),
  /** Medians over the valid A/B blocks; null where there is none. */
  baseline: z.number().nullable(),
  candidate: z.number().nullable(),
  /** Valid A/B pairs. */
  pairs: z.int(),
  ratio: ratio.nullable(),
  /** The bounds of the ratio by which it was judged, at the level of the look; null where no look was reached. */
  judged: z
    .strictObject({look: z.int(), pairs: z.int(), alpha: z.number(), low: z.number(), high: z.number()})
    .nullable(),
  /**
   * Noise floor, as a share: half-width of the A/A pairs' interval of two one-sided bounds at the plan's alpha, as it would be of as
   * many pairs as the last look has, or how far that interval lies off 1 where that is more; null without A/A pairs.
   */
  floorShare: z.number().nullable(),
  /** Beyond the noise floor, and with the whole interval; 'none': no difference was shown. */
  difference: z.enum(['better', 'worse', 'none']),
  /** Whether both one-sided bounds lie within the margin (TOST); null without a margin or an interval. */
  equivalent: z.boolean().nullable(),
  /** Beside the interval: the Hodges–Lehmann ratio of all baseline and candidate blocks, and Mann–Whitney's two-sided p. */
  hodgesLehmannRatio: z.number().nullable(),
  mannWhitneyP: z.number().nullable(),
  /**
   * One-sided p of being worse than the margin, and than the noise floor where that is wider, after Holm over the workload's
   * secondary metrics; null for the primary.
   */
  holmP: z.number().nullable(),
  /** Pairs that are missing to a decision at this effect and noise; null where it is decided or cannot be. */
  morePairs: z.int().nullable(),
  /** Candidate ÷ baseline of each valid pair, in order, for the reader's eye. */
  pairRatios: z.array(z.number()),
  aaRatios: z.array(z.number()),
});
export type MetricVerdict = z.infer<typeof metricVerdict>;

const workloadVerdict = z.strictObject({
  name: z.string(),
  outcome: z.enum(outcomes),
  reason: z.string(),
  validPairs: z.int(),
  voidPairs: z.int(),
  metrics: z.array(metricVerdict),
});
export type WorkloadVerdict = z.infer<typeof workloadVerdict>;

/** verdict.json: computed from decision.json, blocks.jsonl and the two records alone, to the same bytes each time. */
export const verdict = z.object({
  schemaVersion: z.literal(schemaVersion),
  decisionId: z.string(),
  verdict: verdictName,
  /** What the numbers alone say: a simulated GO is INCONCLUSIVE. */
  statistics: verdictName,
  /** The first one is the sentence beside the verdict. */
  reasons: z.array(z.string()).min(1),
  /** Pairs that the most demanding metric still needs; null where none is or it cannot be told. */
  morePairs: z.int().nullable(),
  looks: z.array(z.strictObject({look: z.int(), pairs: z.int(), alpha: z.number(), reached: z.boolean()})),
  workloads: z.array(workloadVerdict),
  answers: z.array(
    z.strictObject({
      role: z.enum(roles),
      required: z.boolean(),
      outcome: z.enum(['same', 'differs', 'unknown']),
      detail: z.string(),
    }),
  ),
  /** Why blocks were void: the gate, and how many. */
  gates: z.array(z.strictObject({code: z.string(), blocks: z.int()})),
  /** Conditions that were not equal between the sides, or that weaken what was found; each a sentence. */
  threats: z.array(z.string()),
});
export type Verdict = z.infer<typeof verdict>;
