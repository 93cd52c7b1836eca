import {plainText} from '../../report/plain-text.ts';
import {alignedLines} from '../../report/text-table.ts';
import type {MetricVerdict, Verdict} from '../../schema/verdict.ts';
import {metrics} from '../../stats/metrics.ts';

/** `1.021 [0.991, 1.052]`; without an interval the estimate alone. */
export const ratioText = ({estimate, low, high}: NonNullable<MetricVerdict['ratio']>): string => {
  const interval = low === null || high === null ? '' : ` [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  return `${estimate.toFixed(3)}${interval}`;
};

const limitText = ({limitRatio, better}: MetricVerdict): string =>
  limitRatio === null ? '-' : `${better === 'higher' ? 'at least' : 'at most'} ${limitRatio.toFixed(3)}`;

const row = (workload: string, metric: MetricVerdict): readonly string[] => [
  workload,
  metrics[metric.metric].title,
  metric.ratio === null ? '-' : ratioText(metric.ratio),
  limitText(metric),
  String(metric.pairs),
  metric.outcome,
];

/** For a terminal: the verdict and its reasons first, then a line for each metric. */
export const decisionText = ({verdict, reasons, workloads, answers, threats}: Verdict): string => {
  const rows = workloads.flatMap(({name, metrics: judged}) => judged.map(metric => row(name, metric)));
  const head = ['', '', 'candidate ÷ baseline', 'limit', 'pairs', 'outcome'];
  return [
    verdict,
    ...reasons.map(reason => `  ${plainText(reason)}`),
    '',
    ...alignedLines([head, ...rows], ['left', 'left', 'left', 'left', 'right', 'left']),
    ...(answers.length === 0 ? [] : ['']),
    ...answers.map(
      ({role, required, outcome, detail}) =>
        `${role} answers: ${outcome}${required ? '' : ' (not required)'}. ${plainText(detail)}`,
    ),
    ...(threats.length === 0 ? [] : ['', 'Read it with this in mind:']),
    ...threats.map(threat => `  ${plainText(threat)}`),
    '',
  ].join('\n');
};
