import {dataTable} from '../../page/data-table.ts';
import {html, type Markup} from '../../page/markup.ts';
import {outcomeBadge} from '../../page/outcome-badge.ts';
import type {DecidedRun} from '../decided-run.ts';
import {percentText} from '../metric-words.ts';
import {touchedClaims} from '../touched-claims.ts';

/** Whether both sides gave the same answers. */
export const answersPart = ({verdict}: DecidedRun): Markup =>
  verdict.answers.length === 0
    ? html`<p>The plan asks for no answers to be compared.</p>`
    : dataTable({
        caption: 'Answers of both sides to the same questions',
        columns: ['Server', 'Needed for GO', 'Outcome', 'What decided'],
        rows: verdict.answers.map(({role, required, outcome, detail}) => [
          role,
          required ? 'yes' : 'no',
          outcomeBadge(outcome),
          detail,
        ]),
      });

const claimsTable = (caption: string, claims: DecidedRun['claims']): Markup =>
  dataTable({
    caption,
    columns: ['Claim', 'In words', 'Verdict', 'Why', 'Nearest measurable', 'Evidence'],
    rows: claims.map(({claim, verdict}) => [
      claim.id,
      claim.claim,
      verdict.outcome,
      verdict.morePairs === null ? verdict.reason : `${verdict.reason} About ${verdict.morePairs} more pairs.`,
      verdict.nearest ?? 'as worded',
      verdict.evidence.join(', ') || 'none',
    ]),
  });

/** The claims that this decision touches, then the whole ledger. */
export const claimsPart = (run: DecidedRun): Markup => {
  const touched = touchedClaims(run);
  return html`
${touched.length === 0 ? html`<p>This decision says nothing to any of the claims.</p>` : claimsTable('Claims that this decision says something to', touched)}
${run.claims.length === touched.length ? null : html`<details open><summary>All ${run.claims.length} claims of the ledger</summary>${claimsTable('The whole ledger', run.claims)}</details>`}`;
};

/** What may make the verdict wrong. */
export const threatsPart = ({verdict, decision}: DecidedRun): Markup => {
  const found = decision.findings.map(({message, hint}) => (hint === null ? message : `${message}. ${hint}`));
  const threats = [...verdict.threats, ...found];
  return threats.length === 0
    ? html`<p>None were found.</p>`
    : html`<ul>${threats.map(threat => html`<li>${threat}</li>`)}</ul>`;
};

/** What was fixed before the first request. */
export const methodPart = ({decision: {plan}, verdict}: DecidedRun): Markup => html`
<p>Blocks of both sides alternate in an order drawn from the seed; the two blocks of a pair are sent the same requests. ${plan.aaPairs} pairs of the baseline against itself give the noise floor: where the margin is below it, a metric is undecidable, unless its interval lies beyond the floor too. The ratio of a metric is the geometric mean over the pairs; its interval is a two-level bootstrap, of the pairs and of the requests within them. A metric passes when the bound at the level of its look rules out that the candidate is worse by the margin, and fails when that bound rules out anything better. For the primary metric of a workload the chance of a wrong pass, and that of a wrong fail, is meant to be at most ${percentText(plan.alpha)} over all looks together. The other metrics are tested once, when their primary metric is decided and at the level of that look: they fail only after Holm's correction.</p>
${dataTable({
  caption: 'Looks at the data, fixed in advance',
  columns: ['Look', 'After valid pairs', 'One-sided level', 'Reached'],
  rows: verdict.looks.map(({look, pairs, alpha, reached}) => [
    String(look),
    String(pairs),
    percentText(alpha),
    reached ? 'yes' : 'no',
  ]),
})}`;

/** Each void block with what its gate saw. */
export const voidPart = ({decision, records}: DecidedRun): Markup => {
  const rows = decision.blocks.flatMap((block, place) => {
    if (block.void.length === 0) return [];
    const trial = records[block.arm].trials.find(({index}) => index === block.trial);
    const seen = trial?.findings.filter(({severity}) => severity === 'void').map(({message}) => message) ?? [];
    const side = block.phase === 'aa' ? `A/A, in place of the ${block.place}` : block.arm;
    return [
      [String(place + 1), block.workload, String(block.pair), side, block.void.join(', '), seen.join('; ') || null],
    ];
  });
  if (rows.length === 0) return html`<p>None of ${decision.blocks.length} blocks was void.</p>`;
  return html`<p>${rows.length} of ${decision.blocks.length} blocks ${rows.length === 1 ? 'was' : 'were'} void: kept and shown, never used. The pair of a void block is not used either.</p>
${dataTable({caption: 'Void blocks', columns: ['Block', 'Workload', 'Pair', 'Side', 'Gate', 'What was seen'], rows})}`;
};
