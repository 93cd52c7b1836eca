import {shownNumber} from '../../number.ts';
import {gpuText, simulatedNotice} from '../../run-facts.ts';
import {sideText} from '../charts/sides.ts';
import type {DecidedRun} from '../decided-run.ts';
import {intervalText, limitText, metricTitle} from '../metric-words.ts';
import {dataTable} from './data-table.ts';
import {html, type Markup} from './markup.ts';
import {outcomeBadge, verdictMeaning, verdictTone} from './outcome-badge.ts';

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
  const gpuMinutes = decision.sittings.reduce((sum, sitting) => sum + sitting.gpuMinutes, 0);
  const pairs = verdict.workloads.map(({name, validPairs}) => `${name} ${validPairs}`).join(', ');
  return [
    ['Question', decision.plan.question],
    ['Baseline', sideText(run, 'baseline')],
    ['Candidate', sideText(run, 'candidate')],
    ['Measured on', gpuText(decision.machine.gpus).join(', ') || `no GPU (${decision.machine.cpu})`],
    [
      'When',
      `${minuteText(decision.startedAt)} to ${decision.endedAt === null ? '(not ended)' : minuteText(decision.endedAt)} UTC, ${shownNumber(gpuMinutes, 'min')} GPU minutes`,
    ],
    ['Valid pairs', pairs],
    ...(verdict.morePairs === null ? [] : [['Still needed', `about ${verdict.morePairs} more pairs`] as const]),
  ];
};

/** The verdict, why, and what stands against it. */
export const verdictBanner = (run: DecidedRun): Markup => {
  const {decision, verdict} = run;
  const [reason = '', ...others] = verdict.reasons;
  return html`
<div class="banner ${verdictTone[verdict.verdict]}">
<h1><span class="verdict">${verdict.verdict}</span>${isSimulated(run) ? html` <strong class="simulated">SIMULATED</strong>` : null}
<span class="sides">${sideText(run, 'baseline')} <span aria-hidden="true">→</span><span class="unseen"> to </span> ${sideText(run, 'candidate')}</span></h1>
<p class="meaning">${verdictMeaning[verdict.verdict]}</p>
<p class="reason">${reason}</p>
${others.length === 0 ? null : html`<ul>${others.map(other => html`<li>${other}</li>`)}</ul>`}
${warnings(run).map(warning => html`<p class="warning" role="note"><strong>Note:</strong> ${warning}</p>`)}
</div>
<dl class="facts">${facts(run).map(([name, text]) => html`<div><dt>${name}</dt><dd>${text}</dd></div>`)}</dl>
<p class="small">Decision ${decision.decisionId}, plan ${decision.plan.name}.</p>`;
};

/** One row a workload. */
export const summaryTable = ({verdict}: DecidedRun): Markup =>
  dataTable({
    caption: 'Outcome of each workload',
    columns: [
      'Workload',
      'Outcome',
      'Primary metric',
      'Candidate ÷ baseline [95 % interval]',
      'Passes',
      'Valid pairs',
      'Why',
    ],
    rows: verdict.workloads.map(({name, outcome, reason, validPairs, voidPairs, metrics}) => {
      const primary = metrics.find(({rank}) => rank === 'primary');
      return [
        name,
        outcomeBadge(outcome),
        primary === undefined ? null : metricTitle(primary.metric),
        primary === undefined ? null : intervalText(primary),
        primary === undefined ? null : limitText(primary),
        voidPairs === 0 ? String(validPairs) : `${validPairs} (and ${voidPairs} void)`,
        reason,
      ];
    }),
  });
