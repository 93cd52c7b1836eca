/** Looks are counted in these, four a second: asking more often changes nothing. */
export const lookMs = 250;

/**
 * Level of look `look` (from 1) such that all looks together, however their results hang together (Bonferroni), are wrong in at most
 * the share `alpha` of cases: half of it is for the `planned` ones, and half for any number of those after them, which get less and
 * less (Σ planned ÷ look² over them is below 1).
 *
 * Sharing out by the number of looks costs little where a fault is gross: 480 looks ask for 3 failures in a row in place of 1.
 */
export const levelOfLook = (
  look: number,
  {planned, alpha}: {readonly planned: number; readonly alpha: number},
): number => (alpha / (2 * planned)) * Math.min(1, (planned / look) ** 2);

/** Shares of failures, in terms of the limit, against which the limit is tried. */
const triedShares = [0, 0.1, 0.25, 0.5];

/**
 * Evidence that the share of failures is below `limit`: an e-value, the mean of likelihood ratios. Where the share is at or above the
 * limit, the chance that it is ever above 1 ÷ alpha is at most alpha, however often one looks (Ville's inequality): a step of a
 * canary may be promoted at the first look at which it is.
 */
export const evidenceBelow = (
  limit: number,
  {failed, all}: {readonly failed: number; readonly all: number},
): number => {
  if (limit >= 1) return Number.POSITIVE_INFINITY;
  if (limit <= 0) return 0;
  const ratios = triedShares.map(share => {
    if (share === 0 && failed > 0) return 0;
    const ofFailures = failed === 0 ? 0 : failed * Math.log(share);
    return Math.exp(ofFailures + (all - failed) * (Math.log1p(-share * limit) - Math.log1p(-limit)));
  });
  return ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
};
