import {csvText} from '../csv-text.ts';
import type {ExportFile} from '../format.ts';
import type {DecidedRun} from './decided-run.ts';
import {metricRowKeys, metricRowsOf} from './metric-rows.ts';

/** One line for each metric of each workload, numbers unrounded; what was not measured is an empty cell. */
export const renderCsv = async (run: DecidedRun): Promise<readonly ExportFile[]> => [
  {name: 'metrics.csv', content: csvText([metricRowKeys, ...metricRowsOf(run)])},
];
