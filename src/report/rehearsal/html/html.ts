import type {DrawnChart} from '../../charts/chart-spec.ts';
import {npmCommand, quotedWord} from '../../command-text.ts';
import type {ExportFile} from '../../format.ts';
import {dataTable} from '../../page/data-table.ts';
import {documentText, type PageTexts} from '../../page/document.ts';
import {figure} from '../../page/figure.ts';
import {type Content, html, type Markup} from '../../page/markup.ts';
import {equivalenceCharts} from '../charts/equivalence-chart.ts';
import {timelineCharts} from '../charts/rehearsal-charts.ts';
import {planConditions, runConditions, sideConditions} from '../conditions.ts';
import {folderOf} from '../rehearsal-words.ts';
import type {RehearsedRun} from '../rehearsed-run.ts';
import {
  accountsPart,
  answersPart,
  checksPart,
  eventsPart,
  identityPart,
  stagesPart,
  timesPart,
  unservedPart,
} from './evidence-parts.ts';
import {titleText, verdictsPart} from './verdict-part.ts';

interface Part {
  readonly id: string;
  readonly title: string;
  readonly content: Content;
}

const conditionsPart = (run: RehearsedRun): Markup[] =>
  (
    [
      ['The plan', planConditions],
      ['The run', runConditions],
      ['The sides', sideConditions],
    ] as const
  ).map(([caption, conditions]) =>
    dataTable({
      caption,
      columns: ['Condition', 'Value'],
      rows: conditions(run).map(([name, text]) => [name, text === null ? null : html`<code>${text}</code>`]),
    }),
  );

const reproducePart = ({rehearsal}: RehearsedRun): Markup => html`
<p>The same verdicts, to the same bytes, from what was kept, offline; name the folder in which this page lies, if it was moved:</p>
<pre tabindex="0"><code>npm run rehearse -- --from ${quotedWord(folderOf(rehearsal))}</code></pre>
<p>Rehearsed anew:</p>
<pre tabindex="0"><code>npm ci
${npmCommand(rehearsal.command)}</code></pre>
<p>Seed ${rehearsal.seed}: the same requests in the same order.</p>`;

const bodyOf = (run: RehearsedRun, timeline: readonly DrawnChart[], equivalence: readonly DrawnChart[]): Markup => {
  const simulated = run.rehearsal.evidence === 'simulated';
  const figureAt = (chart: DrawnChart, place: number) => figure(chart, place, {simulated, paper: 'whole'});
  const all: readonly Part[] = [
    {id: 'timeline', title: 'Timeline', content: timeline.map(figureAt)},
    {id: 'times', title: 'Times against limits', content: timesPart(run)},
    {id: 'checks', title: 'Other checks', content: checksPart(run)},
    {id: 'stages', title: 'Stages', content: [stagesPart(run), unservedPart(run)]},
    {id: 'identity', title: 'What came back', content: identityPart(run)},
    {
      ...{id: 'equivalence', title: 'Performance after against before'},
      content: equivalence.map((chart, place) => figureAt(chart, timeline.length + place)),
    },
    {id: 'answers', title: 'Answers', content: answersPart(run)},
    {id: 'accounts', title: 'The accounts of three sides', content: accountsPart(run)},
    {id: 'events', title: 'What happened', content: eventsPart(run)},
    {id: 'conditions', title: 'Conditions', content: conditionsPart(run)},
    {id: 'reproduce', title: 'How to reproduce', content: reproducePart(run)},
  ];
  const parts = all.filter(({content}) => content !== null && (!Array.isArray(content) || content.length > 0));
  return html`<a class="skip" href="#timeline">Skip to the timeline</a>
<header>
${verdictsPart(run)}
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
<footer class="small"><p>Made by cutover ${run.rehearsal.cutover.version} from rehearsal ${run.rehearsal.rehearsalId}. This file is complete in itself: it loads nothing.</p></footer>`;
};

/** report.html of a rehearsal. */
export const renderHtml = async (run: RehearsedRun, texts: PageTexts): Promise<readonly ExportFile[]> => {
  const [timeline, equivalence] = [timelineCharts(run), equivalenceCharts(run)];
  const page = {
    ...{title: titleText(run), body: bodyOf(run, timeline, equivalence)},
    charts: [...timeline, ...equivalence].map(({config}) => config),
    simulated: run.rehearsal.evidence === 'simulated',
  };
  return [{name: 'report.html', content: await documentText(page, texts)}];
};
