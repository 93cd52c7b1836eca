const reach = 4;
const perUnit = 128;
const places = 2 * reach * perUnit + 1;

/**
 * A table from standard normal values to those of the distribution that has these quantiles (at equal steps of probability
 * from 0 to 1), scaled so that its mean or median is 1. Look up with `placeOf`.
 */
export const marginalOf = (quantiles: readonly number[], middle: 'mean' | 'median'): Float64Array => {
  const density = Float64Array.from({length: places}, (_, place) => Math.exp(-((place / perUnit - reach) ** 2) / 2));
  const total = density.reduce((sum, each) => sum + each, 0);
  const table = new Float64Array(places);
  let below = 0;
  let mean = 0;
  for (let place = 0; place < places; place += 1) {
    const weight = (density[place] as number) / total;
    const at = (below + weight / 2) * (quantiles.length - 1);
    const low = Math.floor(at);
    const [from = 1, to = from] = [quantiles[low], quantiles[low + 1]];
    table[place] = from + (to - from) * (at - low);
    mean += weight * (table[place] as number);
    below += weight;
  }
  const unit = middle === 'mean' ? mean : (table[placeOf(0)] as number);
  return table.map(value => value / unit);
};

/** Of a standard normal value in the table; values beyond 4 standard deviations are the last ones. */
export const placeOf = (normalValue: number): number =>
  Math.round((Math.min(reach, Math.max(-reach, normalValue)) + reach) * perUnit);
