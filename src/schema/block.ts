import {z} from 'zod';

export const arms = ['baseline', 'candidate'] as const;
export type Arm = (typeof arms)[number];

/** 'aa': the baseline against itself; 'ab': the two sides. */
const phases = ['aa', 'ab'] as const;
export type Phase = (typeof phases)[number];

/**
 * A block: one workload on one side, cache emptied, warmed up, measured. The two blocks of a pair send the same requests at the same
 * times. In phase 'aa' both are the baseline's, and `place` tells them apart: 'candidate' is who plays its part.
 */
const plannedBlock = {
  phase: z.enum(phases),
  /** From 1 over the whole decision, A/A pairs first; a pair that is made again has a new number, and new requests. */
  pair: z.int().min(1),
  workload: z.string(),
  place: z.enum(arms),
};

export const block = z.strictObject({
  ...plannedBlock,
  /** The one that served: its run's folder has the trial. */
  arm: z.enum(arms),
  /** `index` of the trial in that run's record. */
  trial: z.int().min(0),
  /** From 1, whole decisions being continued after an interruption: servers may have been started anew between two. */
  sitting: z.int().min(1),
  /** Milliseconds from the start of its sitting. */
  startMs: z.number(),
  endMs: z.number(),
  /** Codes of the trial's void findings, and of what was wrong between the two blocks of its pair; empty for a valid one. */
  void: z.array(z.string()),
});
export type Block = z.infer<typeof block>;
export type PlannedBlock = Pick<Block, 'phase' | 'pair' | 'workload' | 'place'>;

/** A value for each request in the order sent (`…Ms`), or the rate of each of many equal parts of the steady window, in order. */
const seriesNames = [
  'outputTokensPerSecond',
  'requestsPerSecond',
  'itemsPerSecond',
  'ttftMs',
  'tpotMs',
  'e2eMs',
] as const;
export type SeriesName = (typeof seriesNames)[number];

/** A line of blocks.jsonl: what the verdict is computed from, in the order of the decision's blocks. */
export const blockSeries = z.strictObject({
  ...plannedBlock,
  /** Rounded to a microsecond, and rates to six digits. Absent where the block has none. */
  series: z.partialRecord(z.enum(seriesNames), z.array(z.number())),
});
export type BlockSeries = z.infer<typeof blockSeries>;
