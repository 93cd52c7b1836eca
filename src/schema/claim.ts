import {z} from 'zod';

export const claimOutcomes = ['confirmed', 'refuted', 'inconclusive', 'not measurable as worded', 'not run'] as const;

/** One row of fixtures/claims.json. */
export const claim = z.strictObject({
  id: z.string(),
  /** Numbers of the seed documents. */
  seeds: z.array(z.string()).min(1),
  /** In our own words. */
  claim: z.string(),
  workload: z.string(),
  metric: z.string(),
  direction: z.enum(['higher', 'lower', 'equal', 'holds']),
  /** The claimed size, as a ratio to the baseline where it is one; null where none is claimed. */
  size: z.number().nullable(),
  /** What the source says it was measured on; null where it does not. */
  hardware: z.string().nullable(),
  measuredBy: z.string(),
  settledBy: z.string(),
});
export type Claim = z.infer<typeof claim>;

export const claimVerdict = z.strictObject({
  id: z.string(),
  outcome: z.enum(claimOutcomes),
  /** One or two sentences with the figures. */
  reason: z.string(),
  /** More blocks or pairs that it would take; null where that cannot be told. */
  morePairs: z.int().nullable(),
  /** Run or decision ids. */
  evidence: z.array(z.string()),
  /** For what cannot be measured as it is worded: the nearest that can, and what was found of it. */
  nearest: z.string().nullable(),
});
export type ClaimVerdict = z.infer<typeof claimVerdict>;
