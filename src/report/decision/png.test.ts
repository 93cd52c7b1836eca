import {expect, test} from 'vitest';
import {chartConfig} from '../charts/chart-config.ts';
import {lightPalette} from '../charts/palette.ts';
import {decisionCharts} from './charts/decision-charts.ts';
import {renderPng} from './png.ts';
import {decidedRun} from './test-decided-run.ts';

test('every chart is a picture of its name', async () => {
  const run = decidedRun();
  const files = await renderPng(run);
  expect(files.map(({name}) => name)).toEqual(decisionCharts(run).map(({name}) => `${name}.png`));
  for (const {content} of files) expect(Buffer.from(content).subarray(1, 4).toString()).toBe('PNG');
});

test('a picture says SIMULATED in its title and across the plot where it is', () => {
  const [chart] = decisionCharts(decidedRun());
  if (chart === undefined) throw new Error('there is a chart');
  const look = {palette: lightPalette, fontFamily: 'sans-serif', fontPx: 14, responsive: false};
  const heading = {title: chart.title, subtitle: ''};
  const simulated = chartConfig(chart.config, {...look, heading, simulated: true});
  expect(simulated.options?.plugins?.title?.text).toMatch(/\(SIMULATED\)$/);
  expect(simulated.plugins?.map(({id}) => id)).toEqual(['simulatedMark']);
  expect(chartConfig(chart.config, {...look, heading, simulated: false}).plugins).toEqual([]);
});
