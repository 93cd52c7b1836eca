import type {MetricVerdict, VerdictName} from '../../../schema/verdict.ts';
import {metrics as known} from '../../../stats/metrics.ts';
import {shownNumber} from '../../number.ts';
import {dataTable} from '../../page/data-table.ts';
import {html, type Markup} from '../../page/markup.ts';
import {outcomeBadge, verdictTone} from '../../page/outcome-badge.ts';
import {gpuText, simulatedNotice} from '../../run-facts.ts';
import {sideText} from '../charts/sides.ts';
import type {DecidedRun} from '../decided-run.ts';
import {intervalText, limitText, metricTitle, spentText} from '../metric-words.ts';
import {unequalSides} from '../unequal-sides.ts';

/** What a reader is to take from it. */
const verdictMeaning: Readonly<Record<VerdictName, string>> = {
  GO: 'The candidate is not worse than the plan allows, in any workload.',
  'NO-GO': 'The candidate is not to replace the baseline as it was measured.',
  INCONCLUSIVE: 'The evidence decides neither for nor against the candidate.',
  VOID: 'The measurement is not valid: nothing is said about the candidate.',
};

/** Whether any of what is shown comes from the simulated engine. */
export const isSimulated = ({decision, records}: DecidedRun): boolean =>
  [decision, records.baseline, records.candidate].some(({evidence}) => evidence === 'simulated');

/** What weakens the verdict as a whole, beside it and not below. */
const warnings = (run: DecidedRun): string[] => {
  const {decision, verdict} = run;
  const capped = verdict.statistics === verdict.verdict ? '' : ` The numbers alone say ${verdict.statistics}.`;
  return [
    ...(isSimulated(run) ? [`SIMULATED. ${simulatedNotice}${capped}`] : []),
    ...(decision.storedBaseline === null
      ? []
      : [
          `Weaker evidence: the baseline is the stored run ${decision.storedBaseline.runId} of ${decision.storedBaseline.startedAt}, and was not measured beside the candidate.`,
        ]),
    ...(decision.status === 'complete'
      ? []
      : [
          `The decision is not complete (${decision.status})${decision.failure === null ? '' : `: ${decision.failure.message}`}.`,
        ]),
  ];
};

/** `2026-11-22 09:00` of `2026-11-22T09:00:00.000Z`. */
const minuteText = (timestamp: string) => timestamp.slice(0, 16).replace('T', ' ');

const facts = (run: DecidedRun): readonly (readonly [name: string, text: string])[] => {
  const {decision, verdict} = run;
  const pairs = verdict.workloads
    .map(({name, validPairs, voidPairs}) => `${name} ${validPairs}${voidPairs === 0 ? '' : ` (and ${voidPairs} void)`}`)
    .join(', ');
  return [
    ['Question', decision.plan.question],
    ['Baseline', sideText(run, 'baseline')],
    ['Candidate', sideText(run, 'candidate')],
    ['Measured on', gpuText(decision.machine.gpus).join(', ') || `no GPU (${decision.machine.cpu})`],
    [
      'When',
      `${minuteText(decision.startedAt)} to ${decision.endedAt === null ? '(not ended)' : minuteText(decision.endedAt)} UTC, ${spentText(decision)}`,
    ],
    ['Valid pairs', pairs],
    ...(verdict.morePairs === null ? [] : [['Still needed', `about ${verdict.morePairs} more pairs`] as const]),
  ];
};

/** The verdict, why, and what stands against it. */
export const verdictBanner = (run: DecidedRun): Markup => {
  const {decision, verdict} = run;
  const [reason = '', ...others] = verdict.reasons;
  const unequal = unequalSides(run);
  return html`
<div class="banner ${verdictTone[verdict.verdict]}">
<h1><span class="verdict">${verdict.verdict}</span>${isSimulated(run) ? html` <strong class="simulated">SIMULATED</strong>` : null}
<span class="sides">${sideText(run, 'baseline')} <span aria-hidden="true">→</span><span class="unseen"> to </span> ${sideText(run, 'candidate')}</span></h1>
<p class="meaning">${verdictMeaning[verdict.verdict]}</p>
<p class="reason">${reason}</p>
${others.length === 0 ? null : html`<ul>${others.map(other => html`<li>${other}</li>`)}</ul>`}
${unequal.length === 0 ? null : html`<div class="warning" role="note"><p><strong>Not the engine alone differs:</strong></p><ul>${unequal.map(text => html`<li>${text}</li>`)}</ul></div>`}
${warnings(run).map(warning => html`<p class="warning" role="note"><strong>Note:</strong> ${warning}</p>`)}
</div>
<dl class="facts">${facts(run).map(([name, text]) => html`<div><dt>${name}</dt><dd>${text}</dd></div>`)}</dl>
<p class="small">Decision ${decision.decisionId}, plan ${decision.plan.name}.</p>`;
};

/** `2 pass, 1 undecidable`, of those that have a margin; the words of the outcomes, as they come. */
const countedOutcomes = (metrics: readonly MetricVerdict[]): string => {
  const counts = Map.groupBy(
    metrics.filter(({rank, marginShare}) => rank === 'secondary' && marginShare !== null),
    ({outcome}) => outcome,
  );
  return [...counts].map(([outcome, {length}]) => `${length} ${outcome}`).join(', ') || 'none';
};

const primaryCells = (primary: MetricVerdict | undefined): readonly (string | null)[] => {
  if (primary === undefined) return Array.from({length: 5}, () => null);
  const valueText = (value: number | null) => (value === null ? null : shownNumber(value, known[primary.metric].unit));
  return [
    ...[metricTitle(primary.metric), valueText(primary.baseline), valueText(primary.candidate)],
    ...[intervalText(primary), limitText(primary)],
  ];
};

/** One row a workload. */
export const summaryTable = ({verdict}: DecidedRun): Markup => html`
<p>A metric passes where the data rule out that the candidate is worse than the baseline by the margin or more; that alone does not make it better. Below are the primary metrics: a workload passes with its primary metric, where no other one fails or is missing.</p>
${dataTable({
  caption: 'Outcome of each workload',
  columns: [
    'Workload',
    'Outcome',
    'Primary metric',
    'Baseline',
    'Candidate',
    'Candidate ÷ baseline [95 % interval]',
    'Passes',
    'Other metrics',
    'Why',
  ],
  rows: verdict.workloads.map(({name, outcome, reason, metrics}) => [
    name,
    outcomeBadge(outcome),
    ...primaryCells(metrics.find(({rank}) => rank === 'primary')),
    countedOutcomes(metrics),
    reason,
  ]),
})}`;
