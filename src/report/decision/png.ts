import {ChartJSNodeCanvas} from 'chartjs-node-canvas';
import {chartSize, fontCheck, fontFamily} from '../chart-style.ts';
import type {ExportFile} from '../format.ts';
import {plainText} from '../plain-text.ts';
import {chartConfig} from './charts/chart-config.ts';
import {decisionCharts} from './charts/decision-charts.ts';
import {lightPalette} from './charts/palette.ts';
import {sideText} from './charts/sides.ts';
import type {DecidedRun} from './decided-run.ts';

/** The charts of the page as pictures, each with what it is about inside it. Throws where the machine has no fonts. */
export const renderPng = async (run: DecidedRun): Promise<readonly ExportFile[]> => {
  const {decision} = run;
  const canvases = new Map<number, ChartJSNodeCanvas>();
  const canvasOf = (height: number) => {
    const canvas = canvases.get(height) ?? new ChartJSNodeCanvas({...chartSize, height, backgroundColour: 'white'});
    canvases.set(height, canvas);
    return canvas;
  };
  const subtitle = plainText(
    `${sideText(run, 'baseline')} against ${sideText(run, 'candidate')}, ${decision.decisionId}`,
  );
  return decisionCharts(run).map(({name, title, config}) => {
    const chart = chartConfig(config, {
      ...{palette: lightPalette, fontFamily, fontPx: 14, responsive: false},
      ...{heading: {title: plainText(title), subtitle}, simulated: decision.evidence === 'simulated'},
    });
    // The synchronous call: the one with a callback does not work on this canvas.
    const content = canvasOf(config.heightPx + 160).renderToBufferSync(
      {...chart, plugins: [fontCheck, ...(chart.plugins ?? [])]},
      'image/png',
    );
    return {name: `${name}.png`, content};
  });
};
