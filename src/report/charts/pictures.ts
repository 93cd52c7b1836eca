import {ChartJSNodeCanvas} from 'chartjs-node-canvas';
import {chartSize, fontCheck, fontFamily} from '../chart-style.ts';
import type {ExportFile} from '../format.ts';
import {plainText} from '../plain-text.ts';
import {chartConfig} from './chart-config.ts';
import type {DrawnChart} from './chart-spec.ts';
import {lightPalette} from './palette.ts';

/** Room for the title above a plot and the legend below it. */
const wordsPx = 160;

/** Charts as PNG files, each with what it is about inside it. Throws where the machine has no fonts. */
export const pictures = (
  charts: readonly Pick<DrawnChart, 'name' | 'title' | 'config'>[],
  {subtitle, simulated}: {readonly subtitle: string; readonly simulated: boolean},
): readonly ExportFile[] => {
  const canvases = new Map<number, ChartJSNodeCanvas>();
  const canvasOf = (height: number) => {
    const canvas = canvases.get(height) ?? new ChartJSNodeCanvas({...chartSize, height, backgroundColour: 'white'});
    canvases.set(height, canvas);
    return canvas;
  };
  return charts.map(({name, title, config}) => {
    const heading = {title: plainText(title), subtitle: plainText(subtitle)};
    const look = {palette: lightPalette, fontFamily, fontPx: 14, responsive: false, heading, simulated};
    const chart = chartConfig(config, look);
    // The synchronous call: the one with a callback does not work on this canvas.
    const content = canvasOf(config.heightPx + wordsPx).renderToBufferSync(
      {...chart, plugins: [fontCheck, ...(chart.plugins ?? [])]},
      'image/png',
    );
    return {name: `${name}.png`, content};
  });
};
