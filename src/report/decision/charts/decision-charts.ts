import type {DecidedRun} from '../decided-run.ts';
import {cacheCharts} from './cache-hits.ts';
import {concurrencyCharts} from './concurrency.ts';
import type {DecisionChart} from './decision-chart.ts';
import {distributions} from './distribution.ts';
import {overviewForest, workloadForest} from './forest.ts';
import {memoryCharts} from './memory.ts';
import {timelineCharts} from './timeline.ts';

/** Every chart that the decision has something for; what was not measured has none. */
export const decisionCharts = (run: DecidedRun): readonly DecisionChart[] =>
  [
    ...overviewForest(run.verdict.workloads),
    ...run.verdict.workloads.map(workloadForest),
    ...distributions(run),
    ...concurrencyCharts(run),
    ...memoryCharts(run),
    ...cacheCharts(run),
    ...timelineCharts(run),
  ]
    // A plan is a file of somebody: its words name no folder.
    .map(chart => ({...chart, name: chart.name.replace(/[^\w-]+/g, '-')}));
