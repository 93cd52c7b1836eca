/** Sums of products of values `lag` apart, the mean taken out: `centred` must have a mean of 0. */
const crossProduct = (centred: Float64Array, lag: number): number => {
  let sum = 0;
  for (let at = lag; at < centred.length; at += 1) sum += (centred[at] as number) * (centred[at - lag] as number);
  return sum;
};

const mean = (values: Float64Array): number => {
  let sum = 0;
  for (let at = 0; at < values.length; at += 1) sum += values[at] as number;
  return sum / values.length;
};

/** Lags after the last correlation that counts, all of which must be insignificant. */
const quietLags = 5;

/**
 * How long runs of neighbours must be for a circular block bootstrap of the mean of `values`: as long as neighbours depend on
 * each other, found from their correlations (Politis and White 2004, corrected by Patton, Politis and White 2009). From 1 to
 * min(3√n, n÷3), rounded up.
 *
 * Requests in flight together are slow together, and 32 of a closed loop end in waves: a fixed length is wrong for most series.
 */
export const blockLength = (values: Float64Array): number => {
  const n = values.length;
  const longest = Math.ceil(Math.min(3 * Math.sqrt(n), n / 3));
  const average = mean(values);
  const centred = values.map(value => value - average);
  const variance = crossProduct(centred, 0) / n;
  const lags = Math.min(Math.ceil(Math.sqrt(n)) + quietLags, n - 2);
  // Equal values depend on nothing.
  if (lags < 1 || !(variance > 0)) return 1;

  const covariances = Float64Array.from({length: lags + 1}, (_, lag) => crossProduct(centred, lag) / n);
  const used = lagsThatCount(centred, covariances);
  let [weighted, longRun] = [0, variance];
  for (let lag = 1; lag <= used; lag += 1) {
    // Flat as far as half of the lags, then falling to 0.
    const weight = Math.min(1, 2 * (1 - lag / used));
    weighted += 2 * weight * lag * (covariances[lag] as number);
    longRun += 2 * weight * (covariances[lag] as number);
  }
  const best = ((1.5 * weighted ** 2 * n) / longRun ** 2) ** (1 / 3);
  // 0 ÷ 0 is NaN, which is not below.
  return best < longest ? Math.max(1, Math.ceil(best)) : longest;
};

/** Twice the lag from which on correlations are those of chance. */
const lagsThatCount = (centred: Float64Array, covariances: Float64Array): number => {
  const n = centred.length;
  const limit = 2 * Math.sqrt(Math.log10(n) / n);
  const most = covariances.length - 1;
  let [ahead, behind] = [crossProduct(centred, 0), crossProduct(centred, 0)];
  let quiet = 0;
  for (let lag = 0; lag < most; lag += 1) {
    ahead -= (centred[lag] as number) ** 2;
    behind -= (centred[n - 1 - lag] as number) ** 2;
    quiet = Math.abs((covariances[lag] as number) * n) < limit * Math.sqrt(ahead * behind) ? quiet + 1 : 0;
    if (quiet === quietLags) return Math.min(2 * Math.max(lag + 1 - quietLags, 1), most);
  }
  return most;
};
