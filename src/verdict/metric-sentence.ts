import type {MetricVerdict} from '../schema/verdict.ts';
import {metrics} from '../stats/metrics.ts';
import type {Look} from './looks.ts';

const ratioText = (ratio: number) => ratio.toFixed(3);
export const shareText = (share: number) => `${(share * 100).toFixed(1)} %`;
export const countText = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`;

interface Said {
  readonly verdict: Omit<MetricVerdict, 'reason'>;
  /** Why the metric is missing, where it is. */
  readonly missing: string | null;
  readonly looks: readonly Look[];
}

/** Why a metric has the outcome it has, in one sentence with the figures that decided. */
export const metricSentence = ({verdict, missing, looks}: Said): string => {
  const {metric, outcome, better, marginShare, limitRatio, floorShare, judged} = verdict;
  const {title} = metrics[metric];
  if (outcome === 'missing') return `${title} is missing: ${missing ?? noFloorText(verdict)}.`;
  if (outcome === 'shown' || marginShare === null || limitRatio === null) return `${title} is shown and not judged.`;
  if (outcome === 'undecidable')
    return `${title} cannot be judged: its margin of ${shareText(marginShare)} is below the noise floor of ${shareText(floorShare ?? 0)}, by which the baseline differs from itself.`;
  if (judged === null) return `${title} is not judged yet: ${waitingFor(verdict, looks)}.`;

  const [nearEnd, farEnd, side] =
    better === 'lower' ? [judged.low, judged.high, 'most'] : [judged.high, judged.low, 'least'];
  const opposite = side === 'most' ? 'least' : 'most';
  const at = `at ${countText(judged.pairs, 'pair')}`;
  if (outcome === 'pass')
    return `${title} is not worse than its margin: the ratio to the baseline is at ${side} ${ratioText(farEnd)}, and ${ratioText(limitRatio)} is allowed (${at}).`;
  if (outcome === 'fail' && verdict.rank === 'primary')
    return `${title} is worse than its margin: the ratio to the baseline is at ${opposite} ${ratioText(nearEnd)}, and ${ratioText(limitRatio)} is allowed (${at}).`;
  const between = `the ratio to the baseline lies between ${ratioText(judged.low)} and ${ratioText(judged.high)}`;
  if (outcome === 'fail')
    return `${title} is worse than its margin: ${between}, ${ratioText(limitRatio)} is allowed, and Holm's p is ${(verdict.holmP ?? 0).toFixed(4)} (${at}).`;
  if (verdict.rank === 'secondary')
    return `${title} is not shown to be worse than its margin, nor to be within it: ${between}, and ${ratioText(limitRatio)} is allowed (${at}).`;
  return `${title} is open: ${between}, and ${ratioText(limitRatio)} is allowed (${at}); ${moreText(verdict.morePairs, judged.pairs >= (looks.at(-1)?.pairs ?? 0))}.`;
};

const noFloorText = ({aaRatios}: Pick<MetricVerdict, 'aaRatios'>) =>
  `the noise floor takes two valid pairs of the baseline against itself, and there are ${aaRatios.length}`;

/** After the last look nothing may be added to the pairs that are there: alpha is spent. */
const moreText = (more: number | null, isLast: boolean) =>
  more === null
    ? 'the effect is too near the margin for any number of pairs'
    : `${isLast ? 'a new decision with ' : ''}about ${countText(more, 'more pair')} would tell`;

const waitingFor = ({rank, pairs}: Omit<MetricVerdict, 'reason'>, looks: readonly Look[]): string => {
  const first = looks[0]?.pairs ?? 0;
  if (pairs < first) return `${pairs} of the ${first} pairs of the first look are there`;
  return rank === 'secondary' ? "that is done when the workload's primary metric is decided" : 'no look was reached';
};
