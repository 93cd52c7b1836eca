import type {DecisionChart} from '../charts/decision-chart.ts';
import {dataTable} from './data-table.ts';
import {html, type Markup} from './markup.ts';

/**
 * A chart with its words and its numbers. The plot is hidden and the numbers are open until the page's script draws the one
 * and folds the other, so that the page says the same without it.
 */
export const figure = (
  {kind, title, description, table}: DecisionChart,
  place: number,
  simulated: boolean,
): Markup => html`
<figure class="chart" data-chart="${place}" data-paper-px="${kind === 'distribution' ? 330 : 680}">
<figcaption><h4>${title}${simulated ? html` <strong class="simulated">SIMULATED</strong>` : null}</h4>
<p id="chart-${place}-words">${description}</p></figcaption>
<div class="plot" hidden><canvas role="img" tabindex="0" aria-label="Chart: ${title}. Arrow keys read its values." aria-describedby="chart-${place}-words"></canvas></div>
<div class="legend" role="group" aria-label="Shown in ${title}" hidden></div>
<p class="reading" aria-live="polite"></p>
<details open><summary>Numbers of this chart</summary>${dataTable({caption: `${title}, as numbers`, ...table})}</details>
</figure>`;
