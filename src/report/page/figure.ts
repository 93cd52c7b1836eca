import type {DrawnChart} from '../charts/chart-spec.ts';
import {dataTable} from './data-table.ts';
import {html, type Markup} from './markup.ts';

/** Of a chart across a sheet, and of one of two side by side. */
const paperPx = {whole: 680, half: 330} as const;

interface FigureLook {
  readonly simulated: boolean;
  readonly paper: keyof typeof paperPx;
}

/**
 * A chart with its words and its numbers. The plot is hidden and the numbers are open until the page's script draws the one
 * and folds the other, so that the page says the same without it. `place` is that of its config in the page's data.
 */
export const figure = (
  {title, description, table}: DrawnChart,
  place: number,
  {simulated, paper}: FigureLook,
): Markup => html`
<figure class="chart" data-chart="${place}" data-paper-px="${paperPx[paper]}">
<figcaption><h4>${title}${simulated ? html` <strong class="simulated">SIMULATED</strong>` : null}</h4>
<p id="chart-${place}-words">${description}</p></figcaption>
<div class="plot" hidden><canvas role="img" tabindex="0" aria-label="Chart: ${title}. Arrow keys read its values." aria-describedby="chart-${place}-words"></canvas></div>
<div class="legend" role="group" aria-label="Shown in ${title}" hidden></div>
<p class="reading" aria-live="polite"></p>
<details open><summary>Numbers of this chart</summary>${dataTable({caption: `${title}, as numbers`, ...table})}</details>
</figure>`;
