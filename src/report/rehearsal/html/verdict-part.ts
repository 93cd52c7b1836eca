import type {VerdictName} from '../../../schema/verdict.ts';
import {html, type Markup} from '../../page/markup.ts';
import {verdictTone} from '../../page/outcome-badge.ts';
import {gpuText, simulatedNotice} from '../../run-facts.ts';
import {
  accountingText,
  countText,
  differingTexts,
  rehearsedText,
  sideText,
  strategyText,
  unservedTexts,
  verdictParts,
} from '../rehearsal-words.ts';
import type {RehearsedRun} from '../rehearsed-run.ts';

const meanings: Readonly<Record<'migration' | 'rollback', Readonly<Record<VerdictName, string>>>> = {
  migration: {
    GO: 'The candidate may take over in this way.',
    'NO-GO': 'The candidate is not to take over in this way.',
    INCONCLUSIVE: 'The evidence decides neither for nor against taking over in this way.',
    VOID: 'The measurement is not valid: nothing is said about taking over.',
  },
  rollback: {
    GO: 'The way back leads to what was there before.',
    'NO-GO': 'The way back is not to be relied on.',
    INCONCLUSIVE: 'The evidence decides neither for nor against the way back.',
    VOID: 'The measurement is not valid: nothing is said about the way back.',
  },
};

/** What weakens both verdicts. */
const warnings = ({rehearsal: {evidence, status, failure, findings, sittings}}: RehearsedRun): string[] => [
  ...(evidence === 'simulated' ? [`SIMULATED. ${simulatedNotice}`] : []),
  ...(status === 'complete'
    ? []
    : [`The rehearsal is not complete (${status})${failure === null ? '' : `: ${failure.message}`}.`]),
  ...(sittings.length > 1
    ? [`The harness was started ${sittings.length} times: stages may be passed more than once.`]
    : []),
  ...findings.map(({message}) => message),
];

const verdictCard = (run: RehearsedRun, {part, title, ended}: ReturnType<typeof verdictParts>[number]): Markup => {
  const [reason = '', ...others] = ended.reasons;
  return html`<section class="banner ${verdictTone[ended.verdict]}" aria-labelledby="${part}-verdict">
<h2 id="${part}-verdict">${title} <span class="verdict">${ended.verdict}</span>${run.rehearsal.evidence === 'simulated' ? html` <strong class="simulated">SIMULATED</strong>` : null}</h2>
<p class="meaning">${meanings[part][ended.verdict]}</p>
<p class="reason">${reason}</p>
${others.length === 0 ? null : html`<ul>${others.map(other => html`<li>${other}</li>`)}</ul>`}
</section>`;
};

/** Of what was not served, beside the sums; all are in a table below. */
const mostGroups = 1;

/** `20,000 sent = …`, in large digits. */
const identity = (run: RehearsedRun): Markup => {
  const {accounting, accounts} = run.verdict;
  const {sent, duplicated, ...ended} = accounting;
  const count = (name: string, value: number, bad = false) =>
    html`<span class="count${bad && value > 0 ? ' badCount' : ''}"><b>${countText(value)}</b> ${name}</span>`;
  const [served, refused, failed, lost] = [
    count('served', ended.served),
    count('refused', ended.refused),
    count('failed', ended.failed, true),
    count('lost', ended.lost, true),
  ];
  const groups = unservedTexts(run);
  const more = groups.length > mostGroups ? html` <a href="#stages">and ${groups.length - mostGroups} more</a>` : null;
  return html`<p class="identity">${count('sent', sent)} = ${served} + ${refused} + ${failed} + ${lost}, ${count('duplicated', duplicated, true)}</p>
<p class="small">${accounts.agree ? 'Client, gateway and engines agree on every request, as far as each tells.' : `The accounts differ: ${accounts.differences.join(' ')}`}${groups.slice(0, mostGroups).map(({what, where}) => html` <b>${what}</b>: ${where}.`)}${more}${differingTexts(run).map(text => html` <b>Note:</b> ${text}`)}</p>`;
};

/** One line: the figures are below the timeline. */
const factsText = ({rehearsal: {plan, machine, rehearsalId}}: RehearsedRun): string =>
  `${strategyText(plan.strategy)}. Measured on ${gpuText(machine.gpus).join(', ') || `a machine without a GPU (${machine.cpu})`}. Plan ${plan.name}, rehearsal ${rehearsalId}.`;

/** Both verdicts with their sentences, and every request accounted for. */
export const verdictsPart = (run: RehearsedRun): Markup => {
  const {rehearsal, verdict} = run;
  return html`
<h1 class="what">Rehearsal: ${sideText(rehearsal, 'baseline')} <span aria-hidden="true">→</span><span class="unseen"> to </span> ${sideText(rehearsal, 'candidate')} <span aria-hidden="true">→</span><span class="unseen"> and back to </span> ${sideText(rehearsal, 'baseline')}
<span class="sides">${rehearsedText(rehearsal)}</span></h1>
<div class="verdicts">${verdictParts(verdict).map(one => verdictCard(run, one))}</div>
${warnings(run).map(warning => html`<p class="warning" role="note"><strong>Note:</strong> ${warning}</p>`)}
${identity(run)}
<p>${rehearsal.plan.question}</p>
<p class="small">${factsText(run)}</p>`;
};

/** Of the window and of a bookmark; without the page's markup. */
export const titleText = ({rehearsal, verdict}: RehearsedRun): string =>
  `Migration ${verdict.migration.verdict}, rollback ${verdict.rollback.verdict}${rehearsal.evidence === 'simulated' ? ' (SIMULATED)' : ''}: ${rehearsedText(rehearsal)}, ${accountingText(verdict.accounting)}`;
