import {arms} from '../../../schema/block.ts';
import {type RequestOutcome, requestOutcomes} from '../../../schema/journal.ts';
import type {PerSecond} from '../../../schema/per-second.ts';
import type {ChartCurve, ChartPoint, DrawnChart} from '../../charts/chart-spec.ts';
import {linearAxis} from '../../charts/linear-axis.ts';
import {sideStyle} from '../../charts/side-style.ts';
import {shownNumber} from '../../number.ts';
import {accountingText, countText} from '../rehearsal-words.ts';
import type {RehearsedRun} from '../rehearsed-run.ts';
import {besideWords, clockOf, stageAt} from './clock.ts';
import {rateOf, type Span, spanCurve, spansOf, spanText} from './spans.ts';

const heightPx = 250;

const outcomeMarks: Readonly<Record<RequestOutcome, NonNullable<ChartCurve['mark']>>> = {
  served: {style: 'circle', radius: 0},
  refused: {style: 'triangle', radius: 5},
  failed: {style: 'crossRot', radius: 6},
  lost: {style: 'rectRot', radius: 6},
};

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, one) => sum + one, 0);
const counted = ({seconds}: Span, outcome: RequestOutcome): number =>
  seconds.reduce((sum, {ended}) => sum + ended[outcome], 0);

/** How requests ended, one outcome on top of the other: a single failure has a mark where its area is too thin to be seen. */
export const outcomesChart = (run: RehearsedRun): DrawnChart => {
  const {seconds, verdict} = run;
  const spans = spansOf(seconds);
  const textOf = (span: Span) =>
    `${spanText(span)} (${stageAt(run, span.from)})\n${requestOutcomes
      .filter(outcome => outcome === 'served' || counted(span, outcome) > 0)
      .map(outcome => `${countText(counted(span, outcome))} ${outcome}`)
      .join(', ')}`;
  const curves = requestOutcomes.map((outcome, place): ChartCurve => {
    const upTo = requestOutcomes.slice(0, place + 1);
    const height = (span: Span) => rateOf(span, ({ended}) => upTo.reduce((sum, one) => sum + ended[one], 0));
    const points = spanCurve(
      spans,
      span => (outcome === 'served' || counted(span, outcome) > 0 ? height(span) : null),
      textOf,
    );
    return {...{label: outcome, colour: outcome, width: 1, area: true, ...points}, mark: outcomeMarks[outcome]};
  });
  const most = Math.max(0, ...spans.map(span => rateOf(span, ({ended}) => total(ended))));
  return {
    ...{name: 'outcomes', title: 'Requests a second, by how they ended'},
    description: `${accountingText(verdict.accounting)}. Each outcome lies on top of the one before it; seconds with refused, failed or lost requests have a mark.`,
    config: {
      heightPx,
      ...clockOf(run),
      y: besideWords(linearAxis('requests/s by outcome', most)),
      curves: curves.filter(hasPoints),
    },
    table: {
      columns: ['stage', 'sent', ...requestOutcomes, 'duplicated'],
      rows: verdict.stages.map(({name, requests}) => [
        name,
        ...(['sent', ...requestOutcomes, 'duplicated'] as const).map(key => countText(requests[key])),
      ]),
    },
  };
};

const hasPoints = ({points}: {readonly points: readonly ChartPoint[]}) => points.some(({x}) => x !== null);

const targetCurves: readonly (Omit<ChartCurve, 'points' | 'texts'> & {
  readonly count: (second: PerSecond) => number;
})[] = [
  ...arms.map(arm => ({
    ...{label: `answered by the ${arm}`, colour: sideStyle[arm].colour, dash: sideStyle[arm].dash ?? [], width: 2},
    count: ({targets}: PerSecond) => targets[arm],
  })),
  {
    ...{label: 'by nobody', colour: 'limit', width: 0, mark: {style: 'crossRot', radius: 6}},
    count: ({targets}) => targets.nobody,
  },
  {label: 'copies to the candidate', colour: 'candidate', width: 1.5, dash: [2, 3], count: ({mirrored}) => mirrored},
];

/** Who was asked, second by second. */
export const targetsChart = (run: RehearsedRun): DrawnChart => {
  const {seconds, verdict} = run;
  const spans = spansOf(seconds);
  const all = (count: (second: PerSecond) => number) => seconds.reduce((sum, second) => sum + count(second), 0);
  const shown = targetCurves.filter(({count}) => all(count) > 0);
  const curves = shown.map(({count, ...curve}): ChartCurve => {
    const marksOnly = curve.width === 0;
    const value = (span: Span) => {
      const rate = rateOf(span, count);
      return marksOnly && rate === 0 ? null : rate;
    };
    const text = (span: Span, rate: number) =>
      `${spanText(span)} (${stageAt(run, span.from)})\n${shownNumber(rate, 'req/s')} requests/s ${curve.label}`;
    return {...curve, ...spanCurve(spans, value, text)};
  });
  const most = Math.max(0, ...spans.flatMap(span => targetCurves.map(({count}) => rateOf(span, count))));
  const within = (from: number, to: number) => seconds.filter(({second}) => second >= from && second < to);
  return {
    ...{name: 'targets', title: 'Requests a second, by who answered'},
    description: `${shown.map(({label, count}) => `${countText(all(count))} ${label}`).join(', ')}, as the gateway says, by the second in which they ended.`,
    config: {heightPx, ...clockOf(run), y: besideWords(linearAxis('requests/s by target', most)), curves},
    table: {
      columns: ['seconds that began in stage', ...shown.map(({label}) => label)],
      rows: verdict.stages.map(({name, startMs, endMs}) => {
        const inside = within(startMs / 1000, (endMs ?? startMs) / 1000);
        return [name, ...shown.map(({count}) => countText(inside.reduce((sum, second) => sum + count(second), 0)))];
      }),
    },
  };
};
