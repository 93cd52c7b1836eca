import {plainText} from '../../report/plain-text.ts';
import {alignedLines, type Side} from '../../report/text-table.ts';
import type {MetricVerdict, Verdict} from '../../schema/verdict.ts';
import {metrics} from '../../stats/metrics.ts';

/** `1.021 [0.991, 1.052]`; without an interval the estimate alone. */
export const ratioText = ({estimate, low, high}: NonNullable<MetricVerdict['ratio']>): string => {
  const interval = low === null || high === null ? '' : ` [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  return `${estimate.toFixed(3)}${interval}`;
};

const limitText = ({limitRatio, better}: MetricVerdict): string =>
  limitRatio === null ? '-' : `${better === 'higher' ? 'at least' : 'at most'} ${limitRatio.toFixed(3)}`;

interface Column {
  readonly title: string;
  readonly side: Side;
  readonly read: (metric: MetricVerdict, workload: string) => string;
}

const columns: readonly Column[] = [
  {title: '', side: 'left', read: (_, workload) => workload},
  {title: '', side: 'left', read: ({metric}) => metrics[metric].title},
  {title: 'candidate ÷ baseline', side: 'left', read: ({ratio}) => (ratio === null ? '-' : ratioText(ratio))},
  {title: 'limit', side: 'left', read: limitText},
  {
    title: 'noise floor',
    side: 'right',
    read: ({floorShare}) => (floorShare === null ? '-' : `${(floorShare * 100).toFixed(1)} %`),
  },
  {title: 'pairs', side: 'right', read: ({pairs}) => String(pairs)},
  {title: 'outcome', side: 'left', read: ({outcome}) => outcome},
];

/** Of a terminal that is not too small: the noise floor is left out before lines are longer. */
const widest = 100;

const tableOf = (workloads: Verdict['workloads']): readonly string[] => {
  const lines = (shown: readonly Column[]) =>
    alignedLines(
      [
        shown.map(({title}) => title),
        ...workloads.flatMap(({name, metrics: judged}) =>
          judged.map(metric => shown.map(({read}) => read(metric, name))),
        ),
      ],
      shown.map(({side}) => side),
    );
  const all = lines(columns);
  return all.every(line => line.length <= widest) ? all : lines(columns.filter(({title}) => title !== 'noise floor'));
};

/** Why nothing can be told of a metric, as far as the reasons of the verdict have not said it. */
const untold = ({workloads, reasons}: Verdict): readonly string[] =>
  workloads
    .flatMap(({name, metrics: judged}) =>
      judged
        .filter(({outcome}) => outcome === 'undecidable' || outcome === 'missing')
        .map(({reason}) => `${name}: ${reason}`),
    )
    .filter(line => !reasons.includes(line));

/** For a terminal: the verdict and its reasons first, then a line for each metric, and why nothing can be told of some. */
export const decisionText = (judged: Verdict): string => {
  const {verdict, reasons, workloads, answers, threats} = judged;
  const why = untold(judged);
  return [
    verdict,
    ...reasons.map(reason => `  ${plainText(reason)}`),
    '',
    ...tableOf(workloads),
    ...(why.length === 0 ? [] : ['', ...why.map(plainText)]),
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
