import {shownNumber} from '../../number.ts';
import {dataTable} from '../../page/data-table.ts';
import {html, type Markup} from '../../page/markup.ts';
import {outcomeBadge} from '../../page/outcome-badge.ts';
import {clockText, countText, downByKind, otherChecks, sinceStart, timings, unservedTexts} from '../rehearsal-words.ts';
import type {RehearsedRun} from '../rehearsed-run.ts';

const code = (text: string): Markup => html`<code>${text}</code>`;

export const timesPart = (run: RehearsedRun): Markup =>
  dataTable({
    caption: 'Times against limits',
    columns: ['Time', 'Measured', 'Limit', 'Outcome', 'From where to where'],
    rows: timings(run).map(({what, value, limit, check, meaning}) => [
      ...[what, value, limit ?? 'none', check === null ? '' : outcomeBadge(check.outcome), meaning],
    ]),
  });

/** Those that the times do not tell already. */
export const checksPart = (run: RehearsedRun): Markup =>
  dataTable({
    caption: 'Other checks',
    columns: ['Check', 'Of', 'Outcome', 'Figure and limit'],
    rows: otherChecks(run).map(({code: name, of, outcome, detail}) => [name, of, outcomeBadge(outcome), detail]),
  });

const counts = ['sent', 'served', 'refused', 'failed', 'lost', 'duplicated'] as const;

/** What was not read is empty: a side that was not up has no memory. */
export const stagesPart = ({verdict: {stages}}: RehearsedRun): Markup =>
  html`<div class="stageRows">${dataTable({
    caption: 'Requests, downtime and memory of each stage',
    columns: [
      ...['Stage', 'Outcome', 'From, s', 'To, s', 'Sent', 'Served', 'Refused', 'Failed', 'Lost', 'Duplicated'],
      ...[
        'Without any answer, ms',
        'Kinds that were down',
        'VRAM baseline, GiB',
        'VRAM candidate, GiB',
        'Host baseline, GiB',
        'Host candidate, GiB',
      ],
    ],
    rows: stages.map(({name, outcome, startMs, endMs, requests, downtimeMs, downtimeByRoleMs, vramMiB, hostMiB}) => [
      ...[name, outcome, (startMs / 1000).toFixed(1), endMs === null ? null : (endMs / 1000).toFixed(1)],
      ...counts.map(key => countText(requests[key])),
      ...[requests.sent === 0 ? '' : shownNumber(Math.round(downtimeMs))],
      downByKind(downtimeByRoleMs) ?? '',
      ...[vramMiB.baseline, vramMiB.candidate, hostMiB.baseline, hostMiB.candidate].map(mib =>
        mib === null ? '' : shownNumber(mib / 1024, 'GiB'),
      ),
    ]),
  })}</div>`;

export const unservedPart = (run: RehearsedRun): Markup | null => {
  const rows = unservedTexts(run);
  return rows.length === 0
    ? null
    : dataTable({
        caption: 'Requests that were not served, by where they belong',
        columns: ['Requests', 'Where'],
        rows: rows.map(({what, where}) => [what, where]),
      });
};

export const identityPart = ({verdict: {identity}}: RehearsedRun): Markup | null =>
  identity.length === 0
    ? html`<p>The baseline was not asked again after the rollback, so that nothing can be said of it.</p>`
    : dataTable({
        caption: 'The baseline before the cutover and after the rollback',
        columns: ['What', 'The same', 'Before', 'After'],
        rows: identity.map(({what, before, after, same}) => [
          ...[what, outcomeBadge(same ? 'same' : 'differs')],
          // What is the same is said once: these are long.
          ...(same ? [code(before), 'as before'] : [code(before), code(after)]),
        ]),
      });

export const answersPart = ({rehearsal: {answers}}: RehearsedRun): Markup | null =>
  answers.length === 0
    ? null
    : dataTable({
        caption: 'Answers compared with the baseline’s first ones',
        columns: ['When and who', 'Outcome', 'Why'],
        rows: answers.flatMap(({when, roles}) =>
          roles.map(({role, outcome, detail}) => [`${when}: ${role}`, outcomeBadge(outcome), detail]),
        ),
      });

export const accountsPart = ({verdict: {accounts}}: RehearsedRun): Markup => {
  const {client, gateway, engines, agree, differences} = accounts;
  const countsRow = (name: string, counts: Readonly<Record<string, number>>) => [
    name,
    Object.entries(counts)
      .map(([what, count]) => `${countText(count)} ${what}`)
      .join(', '),
  ];
  return html`<p>${agree ? 'The three accounts agree, as far as each tells.' : 'The accounts do not agree:'}</p>
${agree ? null : html`<ul>${differences.map(one => html`<li>${one}</li>`)}</ul>`}
${dataTable({
  caption: 'What client and gateway counted',
  columns: ['Side', 'Counted'],
  rows: [countsRow('client', client), countsRow('gateway', gateway)],
})}
${dataTable({
  caption: 'What the engines counted',
  columns: ['Engine', 'By', 'Finished', 'Expected'],
  rows: engines.map(({name, by, finished, expected}) => [
    ...[name, by === 'none' ? 'it does not tell, or was dead when it was asked' : by],
    ...[finished, expected].map(count => (count === null ? null : countText(count))),
  ]),
})}`;
};

export const eventsPart = ({rehearsal}: RehearsedRun): Markup | null =>
  rehearsal.events.length === 0
    ? null
    : dataTable({
        caption: 'What happened, in order',
        columns: ['At', 'What', 'In words'],
        rows: rehearsal.events.map(({atMs, kind, text}) => [clockText(sinceStart(rehearsal, atMs)), kind, text]),
      });
