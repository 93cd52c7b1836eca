import type {MetricVerdict, WorkloadVerdict} from '../../../schema/verdict.ts';
import {metrics as known} from '../../../stats/metrics.ts';
import {shownNumber} from '../../number.ts';
import {dataTable} from '../../page/data-table.ts';
import {type Content, html, type Markup} from '../../page/markup.ts';
import {outcomeBadge} from '../../page/outcome-badge.ts';
import {loadText, workloadText} from '../../trial-text.ts';
import type {DecidedRun} from '../decided-run.ts';
import {intervalText, limitText, metricTitle, percentText, ratioText} from '../metric-words.ts';

const valueText = ({metric}: MetricVerdict, value: number | null) =>
  value === null ? null : shownNumber(value, known[metric].unit);

const differenceText = ({difference, ratio}: MetricVerdict): string | null => {
  if (ratio === null) return null;
  return difference === 'none' ? 'none shown' : difference;
};

const metricsTable = ({name, metrics}: WorkloadVerdict): Markup =>
  dataTable({
    caption: `${name}: metrics`,
    columns: [
      'Metric',
      'Outcome',
      'Candidate ÷ baseline [95 % interval]',
      'Passes',
      'Baseline',
      'Candidate',
      'Noise floor',
      'Difference',
      'Why',
    ],
    rows: metrics.map((metric): Content[] => [
      `${metricTitle(metric.metric)}${metric.rank === 'primary' ? ' (primary)' : ''}`,
      outcomeBadge(metric.outcome),
      intervalText(metric),
      limitText(metric) ?? 'not judged',
      valueText(metric, metric.baseline),
      valueText(metric, metric.candidate),
      metric.floorShare === null ? null : `±${percentText(metric.floorShare)}`,
      differenceText(metric),
      metric.reason,
    ]),
  });

const judgedText = ({judged}: MetricVerdict): string | null =>
  judged === null
    ? null
    : `[${ratioText(judged.low)}, ${ratioText(judged.high)}] at look ${judged.look}, ${judged.pairs} pairs, level ${percentText(judged.alpha)}`;

const probabilityText = (p: number | null) => (p === null ? null : p < 0.001 ? '< 0.001' : shownNumber(p, 'p'));

const statisticsTable = ({name, metrics}: WorkloadVerdict): Markup =>
  dataTable({
    caption: `${name}: beside the interval`,
    columns: [
      'Metric',
      'Bounds it was judged by',
      'Equivalent within the margin (TOST)',
      'Hodges–Lehmann ratio',
      'Mann–Whitney p, two-sided',
      'p after Holm',
      'More pairs needed',
      'A/A ratios',
    ],
    rows: metrics.map(metric => [
      metricTitle(metric.metric),
      judgedText(metric),
      metric.equivalent === null ? null : metric.equivalent ? 'yes' : 'not shown',
      metric.hodgesLehmannRatio === null ? null : ratioText(metric.hodgesLehmannRatio),
      probabilityText(metric.mannWhitneyP),
      probabilityText(metric.holmP),
      metric.morePairs === null ? 'none' : String(metric.morePairs),
      metric.aaRatios.map(ratioText).join(', ') || null,
    ]),
  });

/** One workload from its outcome to its distributions; `charts` are its figures. */
export const workloadPart = (
  run: DecidedRun,
  workload: WorkloadVerdict,
  place: number,
  charts: readonly Markup[],
): Markup => {
  const {name, outcome, reason, validPairs, voidPairs} = workload;
  const planned = run.decision.plan.workloads.find(one => one.name === name);
  return html`
<section class="workload" aria-labelledby="workload-${place}">
<h3 id="workload-${place}">${name} ${outcomeBadge(outcome)}</h3>
<p>${reason}</p>
<p class="small">${planned === undefined ? null : `${workloadText(planned.workload)}; ${loadText(planned.load)}. `}${validPairs} valid pairs, ${voidPairs} not used.</p>
${metricsTable(workload)}
<details open><summary>Statistics beside the interval</summary>${statisticsTable(workload)}</details>
${charts}
</section>`;
};
