import type {DrawnChart} from '../../charts/chart-spec.ts';
import type {RehearsedRun} from '../rehearsed-run.ts';
import {latencyCharts} from './latency-chart.ts';
import {memoryCharts} from './memory-chart.ts';
import {outcomesChart, targetsChart} from './requests-charts.ts';
import {stagesChart} from './stages-chart.ts';

/** What is drawn below one another over one clock; what was not measured has none. */
export const timelineCharts = (run: RehearsedRun): readonly DrawnChart[] => [
  stagesChart(run),
  ...(run.seconds.length === 0 ? [] : [outcomesChart(run), targetsChart(run)]),
  ...latencyCharts(run),
  ...memoryCharts(run),
];
