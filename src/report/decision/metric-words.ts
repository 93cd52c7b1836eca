import type {MetricName} from '../../schema/plan.ts';
import type {MetricVerdict} from '../../schema/verdict.ts';
import {metrics} from '../../stats/metrics.ts';
import {shownNumber} from '../number.ts';

/** `Items, items/s`, `TTFT p50, ms`. */
export const metricTitle = (metric: MetricName): string => `${metrics[metric].title}, ${metrics[metric].unit}`;

export const ratioText = (value: number): string => shownNumber(value, 'ratio');

/** A limit of 1.002 is not to be shown as 1. */
export const limitText = ({better, limitRatio}: Pick<MetricVerdict, 'better' | 'limitRatio'>): string | null =>
  limitRatio === null ? null : `${better === 'lower' ? 'below' : 'above'} ${Number(limitRatio.toPrecision(4))}`;

/** `0.849 [0.838, 0.861]`: the estimate with its two-sided 95 % interval; null where there is none. */
export const intervalText = ({ratio}: Pick<MetricVerdict, 'ratio'>): string | null => {
  if (ratio === null) return null;
  const {estimate, low, high} = ratio;
  return low === null || high === null
    ? ratioText(estimate)
    : `${ratioText(estimate)} [${ratioText(low)}, ${ratioText(high)}]`;
};

export const percentText = (share: number): string => `${shownNumber(share * 100, '%')} %`;
