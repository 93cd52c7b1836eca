import {npmCommand, quotedWord} from '../command-text.ts';
import type {ExportFile} from '../format.ts';
import {markdownTable} from '../markdown-table.ts';
import {markdownText} from '../plain-text.ts';
import {simulatedNotice} from '../run-facts.ts';
import {planConditions, runConditions, sideConditions} from './conditions.ts';
import {
  accountingText,
  clockText,
  countText,
  differingTexts,
  downByKind,
  folderOf,
  gibText,
  marginText,
  msText,
  otherChecks,
  ratioText,
  rehearsedText,
  sideText,
  sinceStart,
  timings,
  unservedTexts,
  verdictParts,
} from './rehearsal-words.ts';
import type {RehearsedRun} from './rehearsed-run.ts';

type Section = readonly string[];

const list = (texts: readonly string[]): string[] => texts.map(text => `- ${markdownText(text)}`);

/** A table of texts; null is an empty cell. */
const table = <Of>(
  columns: readonly (readonly [title: string, read: (of: Of) => string | number | null])[],
  of: readonly Of[],
): Section =>
  of.length === 0
    ? []
    : [
        ...markdownTable(
          columns.map(([title, read]) => ({title, unit: '', read: (one: Of) => read(one) ?? ''})),
          of,
        ),
        '',
      ];

const section = (title: string, rows: Section): Section => (rows.length === 0 ? [] : [`## ${title}`, '', ...rows]);

const head = (run: RehearsedRun): Section => {
  const {rehearsal, verdict} = run;
  const [migration, rollback] = verdictParts(verdict).map(({ended}) => ended.verdict);
  return [
    `# Migration ${migration}, rollback ${rollback}: ${markdownText(sideText(rehearsal, 'baseline'))} → ${markdownText(sideText(rehearsal, 'candidate'))}`,
    '',
    ...(rehearsal.evidence === 'simulated' ? [`> **SIMULATED. ${simulatedNotice}**`, ''] : []),
    ...(rehearsal.status === 'complete'
      ? []
      : [`> **Not complete (${rehearsal.status})** ${markdownText(rehearsal.failure?.message ?? '')}`, '']),
    `**${accountingText(verdict.accounting)}**`,
    '',
    ...verdictParts(verdict).flatMap(({title, ended}) => {
      const [reason = '', ...others] = ended.reasons;
      return [`**${title}: ${ended.verdict}.** ${markdownText(reason)}`, '', ...list(others), ''];
    }),
    ...list(differingTexts(run)),
    ...(differingTexts(run).length === 0 ? [] : ['']),
    `${markdownText(rehearsal.plan.question)} ${rehearsedText(rehearsal)}; plan ${markdownText(rehearsal.plan.name)}, rehearsal ${markdownText(rehearsal.rehearsalId)}.`,
    '',
  ];
};

const times = (run: RehearsedRun): Section =>
  section(
    'Times against limits',
    table(
      [
        ['time', ({what}) => what],
        ['measured', ({value}) => value],
        ['limit', ({limit}) => limit],
        ['outcome', ({check}) => check?.outcome ?? null],
        ['from where to where', ({meaning}) => meaning],
      ],
      timings(run),
    ),
  );

const checks = (run: RehearsedRun): Section =>
  section(
    'Other checks',
    table(
      [
        ['check', ({code}) => code],
        ['of', ({of}) => of],
        ['outcome', ({outcome}) => outcome],
        ['figure and limit', ({detail}) => detail],
      ],
      otherChecks(run),
    ),
  );

const stages = ({verdict}: RehearsedRun): Section =>
  section(
    'Stages',
    table(
      [
        ['stage', ({name}) => name],
        ['outcome', ({outcome}) => outcome],
        ['from', ({startMs}) => clockText(startMs / 1000)],
        ['to', ({endMs}) => (endMs === null ? null : clockText(endMs / 1000))],
        ...(['sent', 'served', 'refused', 'failed', 'lost', 'duplicated'] as const).map(
          key => [key, ({requests}: (typeof verdict.stages)[number]) => countText(requests[key])] as const,
        ),
        [
          'without an answer',
          ({requests, downtimeMs}) => (requests.sent === 0 ? null : msText(Math.round(downtimeMs))),
        ],
        ['by kind', ({requests, downtimeByRoleMs}) => (requests.sent === 0 ? null : downByKind(downtimeByRoleMs))],
        ['VRAM baseline', ({vramMiB}) => gibText(vramMiB.baseline)],
        ['VRAM candidate', ({vramMiB}) => gibText(vramMiB.candidate)],
      ],
      verdict.stages,
    ),
  );

const unserved = (run: RehearsedRun): Section =>
  section(
    'What was not served',
    table(
      [
        ['requests', ({what}) => what],
        ['where', ({where}) => where],
      ],
      unservedTexts(run),
    ),
  );

const proof = ({verdict: {identity, equivalence}}: RehearsedRun): Section => [
  ...section(
    'What came back',
    table(
      [
        ['baseline', ({what}) => what],
        ['the same', ({same}) => (same ? 'yes' : 'NO')],
        ['before', ({before}) => before],
        ['after', ({after, same}) => (same ? 'as before' : after)],
      ],
      identity,
    ),
  ),
  ...section(
    'Performance after ÷ before',
    table(
      [
        ['metric', ({metric}) => metric],
        ['ratio [interval]', ratioText],
        ['must lie within', marginText],
        ['equivalent', ({equivalent}) => (equivalent ? 'yes' : 'not shown')],
      ],
      equivalence,
    ),
  ),
];

const answers = ({rehearsal}: RehearsedRun): Section =>
  section(
    'Answers',
    table(
      [
        ['when', ({when}) => when],
        ['server', ({role}) => role],
        ['outcome', ({outcome}) => outcome],
        ['why', ({detail}) => detail],
      ],
      rehearsal.answers.flatMap(({when, roles}) => roles.map(one => ({when, ...one}))),
    ),
  );

const accounts = ({verdict: {accounts: all}}: RehearsedRun): Section =>
  section('The accounts of three sides', [
    ...list([
      `client: ${accountingText(all.client)}`,
      `gateway: ${Object.entries(all.gateway)
        .map(([what, count]) => `${countText(count)} ${what}`)
        .join(', ')}`,
      ...all.engines.map(
        ({name, by, finished, expected}) =>
          `${name} (${by}): ${finished === null ? 'does not tell' : `${countText(finished)} finished`}, ${expected === null ? 'not known' : countText(expected)} expected`,
      ),
      ...(all.agree ? ['They agree, as far as each tells.'] : ['They do not agree.', ...all.differences]),
    ]),
    '',
  ]);

const events = ({rehearsal}: RehearsedRun): Section =>
  section(
    'What happened',
    table(
      [
        ['at', ({atMs}) => clockText(sinceStart(rehearsal, atMs))],
        ['what', ({kind}) => kind],
        ['in words', ({text}) => text],
      ],
      rehearsal.events,
    ),
  );

const conditions = (run: RehearsedRun): Section =>
  section(
    'Conditions',
    table(
      [
        ['condition', ([name]) => name],
        ['value', ([, text]) => text],
      ],
      [planConditions, runConditions, sideConditions].flatMap(of => of(run)).filter(([, text]) => text !== null),
    ),
  );

const reproduction = ({rehearsal}: RehearsedRun): Section =>
  section('How to reproduce', [
    ...list([
      `The same verdicts from what was kept, offline: npm run rehearse -- --from ${quotedWord(folderOf(rehearsal))}`,
      `Rehearsed anew: ${npmCommand(rehearsal.command)}`,
    ]),
    '',
  ]);

/** The document for a review and for the page of a CI job; whatever comes from engines and users is escaped. */
export const renderMarkdown = async (run: RehearsedRun): Promise<readonly ExportFile[]> => {
  const sections = [head, times, checks, stages, unserved, proof, answers, accounts, events, conditions, reproduction];
  return [{name: 'report.md', content: sections.flatMap(of => of(run)).join('\n')}];
};
