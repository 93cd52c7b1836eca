import {figure} from '../../page/figure.ts';
import {type Content, html, type Markup} from '../../page/markup.ts';
import type {DecisionChart} from '../charts/decision-chart.ts';
import {sideText} from '../charts/sides.ts';
import type {DecidedRun} from '../decided-run.ts';
import {conditionsPart, reproducePart} from './conditions-part.ts';
import {answersPart, claimsPart, methodPart, threatsPart, voidPart} from './evidence-parts.ts';
import {isSimulated, summaryTable, verdictBanner} from './verdict-part.ts';
import {workloadPart} from './workload-part.ts';

interface Part {
  readonly id: string;
  readonly title: string;
  readonly content: Content;
}

/** The parts below the verdict; those that have nothing to show are left out. */
const partsOf = (run: DecidedRun, charts: readonly DecisionChart[]): readonly Part[] => {
  const simulated = isSimulated(run);
  const figures = (wanted: (chart: DecisionChart) => boolean): Markup[] =>
    charts.flatMap((chart, place) =>
      wanted(chart) ? [figure(chart, place, {simulated, paper: chart.kind === 'distribution' ? 'half' : 'whole'})] : [],
    );
  const ofKind = (kind: DecisionChart['kind']) => figures(chart => chart.kind === kind);
  const workloads = run.verdict.workloads.map((workload, place) => {
    const of = (kind: DecisionChart['kind']) =>
      figures(chart => chart.workload === workload.name && chart.kind === kind);
    return workloadPart(run, workload, place, [
      ...of('forest'),
      html`<div class="pairOfCharts">${of('distribution')}</div>`,
    ]);
  });
  const all: Part[] = [
    {id: 'glance', title: 'At a glance', content: [summaryTable(run), ...ofKind('overview')]},
    {id: 'threats', title: 'Threats to validity', content: threatsPart(run)},
    {id: 'workloads', title: 'Workloads', content: workloads},
    {id: 'concurrency', title: 'Throughput against load', content: ofKind('concurrency')},
    {id: 'memory', title: 'GPU memory', content: ofKind('memory')},
    {id: 'cache', title: 'Prefix cache', content: ofKind('cache')},
    {id: 'answers', title: 'Answers', content: answersPart(run)},
    {id: 'claims', title: 'Claims', content: claimsPart(run)},
    {id: 'timeline', title: 'Timeline of the blocks', content: ofKind('timeline')},
    {id: 'void', title: 'Void blocks', content: voidPart(run)},
    {id: 'method', title: 'How it was decided', content: methodPart(run)},
    {id: 'conditions', title: 'Conditions', content: conditionsPart(run)},
    {id: 'reproduce', title: 'How to reproduce', content: reproducePart(run)},
  ];
  return all.filter(({content}) => !Array.isArray(content) || content.length > 0);
};

/** What stands in the title of the window and of a bookmark. */
export const pageTitle = (run: DecidedRun): string =>
  `${run.verdict.verdict}${isSimulated(run) ? ' (SIMULATED)' : ''}: ${sideText(run, 'baseline')} to ${sideText(run, 'candidate')}`;

/** The body of the page: the verdict and its reason first, then what they rest on. */
export const pageBody = (run: DecidedRun, charts: readonly DecisionChart[]): Markup => {
  const parts = partsOf(run, charts);
  return html`<a class="skip" href="#glance">Skip to the results</a>
<header>
${verdictBanner(run)}
<nav aria-label="Parts of this report"><ol>${parts.map(({id, title}) => html`<li><a href="#${id}">${title}</a></li>`)}</ol></nav>
</header>
<main>${parts.map(
    ({id, title, content}) => html`
<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${content}
</section>`,
  )}
</main>
<footer class="small"><p>Made by cutover ${run.decision.cutover.version} from decision ${run.decision.decisionId}. This file is complete in itself: it loads nothing.</p></footer>`;
};
