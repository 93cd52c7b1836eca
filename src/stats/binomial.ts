/** ln of C(n, k). */
const logChoose = (n: number, k: number): number => {
  const fewer = Math.min(k, n - k);
  let sum = 0;
  for (let at = 1; at <= fewer; at += 1) sum += Math.log((n - fewer + at) / at);
  return sum;
};

/**
 * P(K ≥ k) where K of n independent trials succeed, each with the chance `share` (0…1). The lower Clopper–Pearson bound of k out
 * of n at `alpha` is above `share` exactly where this is below alpha.
 */
export const chanceOfAtLeast = (k: number, n: number, share: number): number => {
  if (k <= 0 || share >= 1) return k > n ? 0 : 1;
  if (k > n || share <= 0) return 0;
  if (k <= n * share) return 1 - chanceOfAtMost(k - 1, n, share);
  let term = Math.exp(logChoose(n, k) + k * Math.log(share) + (n - k) * Math.log1p(-share));
  let sum = 0;
  // Above the mean terms only fall.
  for (let at = k; at <= n && term > sum * 1e-17; at += 1) {
    sum += term;
    term *= ((n - at) / (at + 1)) * (share / (1 - share));
  }
  return Math.min(1, sum);
};

/** P(K ≤ k); the upper Clopper–Pearson bound is below `share` exactly where this is below alpha. */
export const chanceOfAtMost = (k: number, n: number, share: number): number => {
  if (k >= n || share <= 0) return k < 0 ? 0 : 1;
  if (k < 0 || share >= 1) return 0;
  return k + 1 <= n * share ? chanceOfAtLeast(n - k, n, 1 - share) : Math.max(0, 1 - chanceOfAtLeast(k + 1, n, share));
};
