import type {MetricVerdict} from '../schema/verdict.ts';
import {metrics} from '../stats/metrics.ts';
import type {Look} from './looks.ts';

export const shareText = (share: number) =>
  `${Number(share < 0.01 ? (share * 100).toPrecision(2) : (share * 100).toFixed(1))} %`;
/** `13,250` */
export const tokensText = (tokens: number) => tokens.toLocaleString('en-US');
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

  const lower = better === 'lower';
  const [nearEnd, farEnd] = lower ? [judged.low, judged.high] : [judged.high, judged.low];
  const [most, least] = lower ? ['at most', 'at least'] : ['at least', 'at most'];
  const [low, high, near, far, limit] = timesTexts([judged.low, judged.high, nearEnd, farEnd], limitRatio);
  const p = outcome === 'fail' && verdict.rank === 'secondary' ? `, Holm's p ${(verdict.holmP ?? 0).toFixed(4)}` : '';
  const rule = `must be ${most} ${limit} times (margin ${shareText(marginShare)}, ${countText(judged.pairs, 'pair')}${p})`;
  if (outcome === 'pass') return `${title} is ${most} ${far} times the baseline's, and ${rule}.`;
  if (outcome === 'fail' && verdict.rank === 'primary')
    return `${title} is ${least} ${near} times the baseline's, and ${rule}.`;
  const between = `${title} is between ${low} and ${high} times the baseline's, and ${rule}`;
  if (outcome === 'fail') return `${between}.`;
  if (verdict.rank === 'secondary') return `${between}: it is shown neither to be within its margin nor beyond it.`;
  return `${between}: ${moreText(verdict.morePairs, judged.pairs >= (looks.at(-1)?.pairs ?? 0))}.`;
};

/** With as many digits, from three up, as tell each ratio from the limit, which comes last. */
const timesTexts = (ratios: readonly number[], limit: number): readonly string[] => {
  const texts = (digits: number) => [...ratios, limit].map(ratio => timesText(ratio, digits));
  const tells = (digits: number) =>
    texts(digits)
      .slice(0, -1)
      .every((text, at) => text !== timesText(limit, digits) || ratios[at] === limit);
  return texts([3, 4, 5].find(tells) ?? 6);
};

/** Around one a digit more, as in the tables. */
const timesText = (ratio: number, digits: number): string =>
  String(Number(ratio >= 1 && ratio < 2 ? ratio.toFixed(digits) : ratio.toPrecision(digits)));

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
