import type {MetricVerdict, WorkloadVerdict} from '../../schema/verdict.ts';
import {metrics} from '../../stats/metrics.ts';
import {markdownTable} from '../markdown-table.ts';
import {shownNumber} from '../number.ts';
import {markdownText} from '../plain-text.ts';
import {limitText, metricTitle, percentText, ratioText} from './metric-words.ts';

const bounds = ({ratio}: MetricVerdict): string =>
  ratio === null || ratio.low === null || ratio.high === null
    ? ''
    : `${ratioText(ratio.low)} to ${ratioText(ratio.high)}`;

const valueText = ({metric}: MetricVerdict, value: number | null) => shownNumber(value, metrics[metric].unit);

/** Said by a word, since a colour or a sign alone is lost on some readers. */
const outcomeText = ({outcome}: MetricVerdict): string => (outcome === 'fail' ? 'FAIL' : outcome);

const metricColumns: readonly {readonly title: string; readonly unit: string; read(of: MetricVerdict): string}[] = [
  {
    title: 'metric',
    unit: '',
    read: ({metric, rank}) => `${metricTitle(metric)}${rank === 'primary' ? ' (primary)' : ''}`,
  },
  {title: 'baseline', unit: '', read: metric => valueText(metric, metric.baseline)},
  {title: 'candidate', unit: '', read: metric => valueText(metric, metric.candidate)},
  {title: 'ratio', unit: '', read: ({ratio}) => (ratio === null ? '' : ratioText(ratio.estimate))},
  {title: '95 % interval', unit: '', read: bounds},
  {title: 'passes', unit: '', read: metric => limitText(metric) ?? ''},
  {title: 'noise floor', unit: '', read: ({floorShare}) => (floorShare === null ? '' : `±${percentText(floorShare)}`)},
  {title: 'better or worse', unit: '', read: ({difference}) => (difference === 'none' ? 'not shown' : difference)},
  {title: 'outcome', unit: '', read: outcomeText},
];

/** A pass says it all in its row. */
const isExplained = ({outcome}: MetricVerdict) => outcome !== 'pass' && outcome !== 'shown';

/** A table of the metrics of one workload, with why each is not a pass. */
export const workloadSection = ({
  name,
  outcome,
  reason,
  validPairs,
  voidPairs,
  metrics: judged,
}: WorkloadVerdict): string[] => [
  `### ${markdownText(name)}: ${outcome === 'fail' ? 'FAIL' : outcome}`,
  '',
  `${markdownText(reason)} Valid pairs: ${validPairs}; not used: ${voidPairs}.`,
  '',
  ...markdownTable(metricColumns, judged),
  '',
  ...judged
    .filter(isExplained)
    .map(({metric, outcome: of, reason: why}) => `- ${metrics[metric].title} (${of}): ${markdownText(why)}`),
  ...(judged.some(isExplained) ? [''] : []),
];
