import {ChartJSNodeCanvas} from 'chartjs-node-canvas';
import {chartSize, type LineChart, setLetters} from './chart-style.ts';
import type {Format, ReportedRun} from './format.ts';
import {latencyChart} from './latency-chart.ts';
import {rateChart} from './rate-chart.ts';
import {sweepChart} from './sweep-chart.ts';
import {sweepChartFile} from './sweep-columns.ts';
import {trialSeries} from './trial-series.ts';
import {isStreamed} from './trial-text.ts';

/** The charts that a run has something for, by file name. */
const chartsOf = async (run: ReportedRun): Promise<readonly (readonly [name: string, chart: LineChart])[]> => {
  const series = await trialSeries(run);
  const streams = series.filter(({trial}) => isStreamed(trial));
  const replies = series.filter(({trial}) => !isStreamed(trial));
  const counted = streams.filter(({rates}) => rates !== null);
  const charts: [string, LineChart][] = [];
  if (streams.length > 0) charts.push(['ttft.png', latencyChart(run.record, streams)]);
  if (counted.length > 0) charts.push(['tokens-over-time.png', rateChart(run.record, counted)]);
  if (replies.length > 0) charts.push(['reply-latency.png', latencyChart(run.record, replies)]);
  if (replies.length > 0) charts.push(['items-over-time.png', rateChart(run.record, replies)]);
  for (const sweep of run.record.sweeps) {
    const name = sweepChartFile(sweep);
    if (name !== null) charts.push([name, sweepChart(run.record, sweep)]);
  }
  return charts;
};

/** Charts of the distributions, of the throughput over time and of each sweep. Throws where the machine has no fonts. */
export const renderPng: Format['render'] = async run => {
  const charts = await chartsOf(run);
  const canvas = new ChartJSNodeCanvas({...chartSize, backgroundColour: 'white', chartCallback: setLetters});
  // The synchronous call: the one with a callback does not work on this canvas.
  return charts.map(([name, chart]) => ({name, content: canvas.renderToBufferSync(chart, 'image/png')}));
};
