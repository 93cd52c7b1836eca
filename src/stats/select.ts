/**
 * Hoare's quickselect: reorders `values` so that the one of rank `rank` (from 0) stands at its place, none larger before it and
 * none smaller behind it. Of order n where sorting is n·log n.
 */
const putInPlace = (values: Float64Array, rank: number): number => {
  let [first, last] = [0, values.length - 1];
  while (first < last) {
    const pivot = values[(first + last) >>> 1] as number;
    let [up, down] = [first, last];
    while (up <= down) {
      while ((values[up] as number) < pivot) up += 1;
      while ((values[down] as number) > pivot) down -= 1;
      if (up > down) break;
      const value = values[up] as number;
      values[up] = values[down] as number;
      values[down] = value;
      up += 1;
      down -= 1;
    }
    if (rank <= down) last = down;
    else if (rank >= up) first = up;
    else break;
  }
  return values[rank] as number;
};

const leastFrom = (values: Float64Array, first: number): number => {
  let least = Number.POSITIVE_INFINITY;
  for (let at = first; at < values.length; at += 1) least = Math.min(least, values[at] as number);
  return least;
};

/** `percentile` (stats/percentile.ts) of values in any order, which it changes; none of them may be NaN. */
export const selectPercentile = (values: Float64Array, q: number): number => {
  const rank = (values.length - 1) * q;
  const lower = Math.floor(rank);
  const below = putInPlace(values, lower);
  return rank === lower ? below : below + (leastFrom(values, lower + 1) - below) * (rank - lower);
};
