/** A series by rank, and which of its values make its quantile: that of stats/percentile.ts. */
export interface Ranked {
  readonly ascending: Float64Array;
  /** Where the value of each rank stands in the series; equal ones in its order. */
  readonly places: Uint32Array;
  /** Rank of the lower neighbour of the quantile, and which part of the way to the upper one it lies. */
  readonly lower: number;
  readonly part: number;
  /** In the series' order: 1 for a value up to the rank `lower`, else 0. */
  readonly isBelow: Float64Array;
}

export const ranked = (values: ArrayLike<number>, quantile: number): Ranked => {
  const ascending = new Float64Array(values).sort();
  const places = placesByRank(values, ascending);
  const lower = Math.floor((values.length - 1) * quantile);
  const isBelow = new Float64Array(values.length);
  for (let rank = 0; rank <= lower; rank += 1) isBelow[places[rank] as number] = 1;
  return {ascending, places, lower, part: (values.length - 1) * quantile - lower, isBelow};
};

/** By search in what is sorted already: half the time of sorting places by comparison. */
const placesByRank = (values: ArrayLike<number>, ascending: Float64Array): Uint32Array => {
  const places = new Uint32Array(values.length);
  const taken = new Uint32Array(values.length);
  for (let place = 0; place < values.length; place += 1) {
    let [first, last] = [0, values.length - 1];
    while (first < last) {
      const middle = (first + last) >>> 1;
      if ((ascending[middle] as number) < (values[place] as number)) first = middle + 1;
      else last = middle;
    }
    const equals = taken[first] as number;
    taken[first] = equals + 1;
    places[first + equals] = place;
  }
  return places;
};
