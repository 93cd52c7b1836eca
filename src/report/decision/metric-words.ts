import type {Decision} from '../../schema/decision.ts';
import type {MetricName} from '../../schema/plan.ts';
import type {MetricVerdict} from '../../schema/verdict.ts';
import {metrics} from '../../stats/metrics.ts';
import {shownNumber} from '../number.ts';

/** `Throughput, items/s`, `TTFT p50, ms`. */
export const metricTitle = (metric: MetricName): string => `${metrics[metric].title}, ${metrics[metric].unit}`;

export const ratioText = (value: number): string => shownNumber(value, 'ratio');

/** `above 0.9091 (margin 10 %)`. A limit of 1.002 is not to be shown as 1. */
export const limitText = ({
  better,
  limitRatio,
  marginShare,
}: Pick<MetricVerdict, 'better' | 'limitRatio' | 'marginShare'>): string | null =>
  limitRatio === null || marginShare === null
    ? null
    : `${better === 'lower' ? 'below' : 'above'} ${Number(limitRatio.toPrecision(4))} (margin ${Number((marginShare * 100).toPrecision(3))}\u00a0%)`;

/** `0.849 [0.838, 0.861]`: the estimate with its two-sided 95 % interval; null where there is none. */
export const intervalText = ({ratio}: Pick<MetricVerdict, 'ratio'>): string | null => {
  if (ratio === null) return null;
  const {estimate, low, high} = ratio;
  return low === null || high === null
    ? ratioText(estimate)
    : `${ratioText(estimate)} [${ratioText(low)}, ${ratioText(high)}]`;
};

export const percentText = (share: number): string => `${shownNumber(share * 100, '%')} %`;

/** `21.8 GPU minutes` of all sittings; without a GPU they are minutes. */
export const spentText = ({sittings, machine}: Pick<Decision, 'sittings' | 'machine'>): string => {
  const minutes = sittings.reduce((sum, {gpuMinutes}) => sum + gpuMinutes, 0);
  return `${shownNumber(minutes, 'min')} ${machine.gpus.length === 0 ? 'minutes, without a GPU' : 'GPU minutes'}`;
};
