import {normalDeviates, type Random, studentDeviates} from './deviates.ts';

/** How the speed of a machine wanders from block to block; all in units of the standard deviation measured between blocks. */
export interface MachineNoise {
  /** So many times the measured standard deviation. */
  readonly scale: number;
  /** Share of the variance that neighbours have in common, by an AR(1) over the running order; the rest is each block's own. */
  readonly commonShare: number;
  /** Correlation of that common part between one block and the next of the running order. */
  readonly carriedOver: number;
  /** Degrees of freedom of Student's t, from which each block's own part is. */
  readonly tailDegrees: number;
  /** Standard deviation of the straight drift from the first to the last block of the decision. */
  readonly drift: number;
  /** By so much one block of each workload, any of them, is slower than the others. */
  readonly slowBlock: number;
  /** So many times as long as those measured are the server's rare pauses; how rare was measured, too. */
  readonly pauses: number;
  /** Length of every pause in place of those measured; null: as measured. */
  readonly pauseMs: number | null;
}

/**
 * Drift and the slow block come on top of what was measured between blocks, though that has some of both in it: chat's has no more
 * than seven degrees of freedom.
 */
const asMeasured: MachineNoise = {
  scale: 1,
  commonShare: 0.5,
  carriedOver: 0.7,
  tailDegrees: 4,
  drift: 2,
  slowBlock: 3,
  pauses: 1,
  pauseMs: null,
};

export const machineNoises = {
  measured: asMeasured,
  twice: {...asMeasured, scale: 2},
  // Pairs are then 9.2 % apart, as those of chat in reports/evidence/2026-11-22-decision were (5 degrees of freedom).
  'real-decision': {...asMeasured, scale: 1.8},
  'heavy-tails': {...asMeasured, tailDegrees: 3, slowBlock: 6},
  'strong-drift': {...asMeasured, drift: 6},
  'no-drift': {...asMeasured, drift: 0},
  'no-slow-block': {...asMeasured, slowBlock: 0},
  'second-pauses': {...asMeasured, pauseMs: 1000},
  'long-pauses': {...asMeasured, pauses: 3},
  independent: {...asMeasured, commonShare: 0},
} as const satisfies Record<string, MachineNoise>;
export type MachineNoiseName = keyof typeof machineNoises;

/** Log levels of all blocks in running order, in measured standard deviations: 0 on average, more is slower. */
export const blockLevels = (blocks: number, noise: MachineNoise, random: Random): Float64Array => {
  const {scale, commonShare, carriedOver, tailDegrees} = noise;
  const normal = normalDeviates(random);
  const own = studentDeviates(random, normal, tailDegrees);
  const drift = noise.drift * normal();
  const [commonSd, ownSd] = [Math.sqrt(commonShare), Math.sqrt(1 - commonShare)];
  let common = normal();
  const levels = new Float64Array(blocks);
  for (let place = 0; place < blocks; place += 1) {
    levels[place] = scale * (commonSd * common + ownSd * own() + drift * (place / Math.max(1, blocks - 1) - 0.5));
    common = carriedOver * common + Math.sqrt(1 - carriedOver * carriedOver) * normal();
  }
  return levels;
};
