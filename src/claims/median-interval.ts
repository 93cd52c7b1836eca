import {orderBounds} from '../stats/order-bounds.ts';
import {percentile} from '../stats/percentile.ts';

export interface MedianInterval {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The median of independent values with its 95 % interval by order statistics, whatever the distribution: of 32 values the
 * tenth from either end. Null below nine values, of which an extreme would have to be a bound.
 */
export const medianInterval = (values: readonly number[]): MedianInterval | null => {
  const sorted = Float64Array.from(values).sort();
  const {low, high} = orderBounds(sorted, {quantile: 0.5, confidence: 0.975});
  return low === null || high === null ? null : {median: percentile(sorted, 0.5), low, high};
};
