import type {RunRecord} from '../../schema/record.ts';
import type {ExportFile} from '../format.ts';
import {markdownTable} from '../markdown-table.ts';
import {markdownText} from '../plain-text.ts';
import {engineText, gpuText, modelsText, simulatedNotice} from '../run-facts.ts';
import type {DecidedRun} from './decided-run.ts';
import {workloadSection} from './markdown-metrics.ts';
import {percentText, spentText} from './metric-words.ts';
import {touchedClaims} from './touched-claims.ts';
import {unequalSides} from './unequal-sides.ts';

/** $GITHUB_STEP_SUMMARY takes 1 MiB and nothing at all of a larger file. */
const mostBytes = 1_000_000;

type Section = readonly string[];

const list = (texts: readonly string[]): string[] => texts.map(text => `- ${markdownText(text)}`);

const yesOrNo = (yes: boolean) => (yes ? 'yes' : 'no');

const head = (run: DecidedRun): Section => {
  const {decision, verdict, records} = run;
  const unequal = unequalSides(run);
  const {baseline, candidate} = records;
  const [reason = '', ...others] = verdict.reasons;
  const notes = [
    ...others,
    ...(verdict.morePairs === null ? [] : [`About ${verdict.morePairs} more pairs are needed.`]),
    ...(verdict.statistics === verdict.verdict ? [] : [`The numbers alone say ${verdict.statistics}.`]),
  ];
  return [
    `# ${verdict.verdict}: ${markdownText(engineText(baseline.engine))} → ${markdownText(engineText(candidate.engine))}`,
    '',
    ...(decision.evidence === 'simulated' ? [`> **${simulatedNotice}**`, ''] : []),
    `**${markdownText(reason)}**`,
    '',
    ...(notes.length === 0 ? [] : [...list(notes), '']),
    ...(unequal.length === 0 ? [] : ['Not the engine alone differs:', '', ...list(unequal), '']),
    `${markdownText(decision.plan.question)} Plan ${markdownText(decision.plan.name)}, decision ${markdownText(decision.decisionId)}.`,
    '',
  ];
};

const workloads = ({verdict}: DecidedRun): Section => [
  '## Metrics',
  '',
  'Ratios are candidate ÷ baseline, by pairs of blocks that were sent the same requests. A metric passes when the data rule out, at the level of its look, that the candidate is worse by the margin or more; that alone does not make it better. A difference within the noise floor, which the baseline shows against itself, is none.',
  '',
  ...verdict.workloads.flatMap(workloadSection),
];

const answers = ({verdict}: DecidedRun): Section =>
  verdict.answers.length === 0
    ? ['## Answers', '', 'Not asked.', '']
    : [
        '## Answers',
        '',
        ...markdownTable(
          [
            {title: 'server', unit: '', read: ({role}) => role},
            {title: 'needed for GO', unit: '', read: ({required}) => yesOrNo(required)},
            {title: 'outcome', unit: '', read: ({outcome}) => outcome},
            {title: 'why', unit: '', read: ({detail}) => detail},
          ],
          verdict.answers,
        ),
        '',
      ];

const looks = ({decision, verdict}: DecidedRun): Section => [
  '## Looks',
  '',
  `Fixed before the first request: the data are looked at after so many valid pairs, and ${percentText(decision.plan.alpha)} of error in all looks together.`,
  '',
  ...markdownTable(
    [
      {title: 'look', unit: '', read: ({look}) => look},
      {title: 'pairs', unit: '', read: ({pairs}) => pairs},
      {title: 'one-sided level', unit: '%', read: ({alpha}) => alpha * 100},
      {title: 'reached', unit: '', read: ({reached}) => yesOrNo(reached)},
    ],
    verdict.looks,
  ),
  '',
];

const gates = ({decision, verdict}: DecidedRun): Section => [
  '## Void blocks',
  '',
  ...(verdict.gates.length === 0
    ? [`None of ${decision.blocks.length}.`]
    : [
        'Kept and shown, never used.',
        '',
        ...markdownTable(
          [
            {title: 'gate', unit: '', read: ({code}) => code},
            {title: 'blocks', unit: '', read: ({blocks}) => blocks},
            {title: 'of', unit: '', read: () => decision.blocks.length},
          ],
          verdict.gates,
        ),
      ]),
  '',
];

const claimsSection = (run: DecidedRun): Section => {
  const touched = touchedClaims(run);
  if (touched.length === 0) return ['## Claims', '', 'This decision says nothing to any of the claims.', ''];
  return [
    '## Claims',
    '',
    ...markdownTable(
      [
        {title: 'claim', unit: '', read: ({claim}) => `${claim.id}: ${claim.claim}`},
        {title: 'outcome', unit: '', read: ({verdict}) => verdict.outcome},
        {title: 'why', unit: '', read: ({verdict}) => verdict.reason},
      ],
      touched,
    ),
    '',
  ];
};

const servers = ({engine}: RunRecord, read: (server: RunRecord['engine']['servers'][number]) => string | null) =>
  engine.servers.flatMap(server => {
    const text = read(server);
    return text === null ? [] : [`${server.role} ${text}`];
  });

const conditions: readonly (readonly [name: string, read: (record: RunRecord) => string])[] = [
  ['engine', ({engine}) => engineText(engine)],
  ['run', ({runId}) => runId],
  ['stack', ({engine}) => [`runtime ${engine.runtime}`, ...(engine.stack === null ? [] : [engine.stack])].join(', ')],
  ['models', ({engine}) => modelsText(engine)],
  [
    'images',
    record =>
      [
        ...new Set(
          record.engine.servers.flatMap(({container}) =>
            container === null ? [] : [`${container.image} ${container.digest ?? container.imageId}`],
          ),
        ),
      ].join(', '),
  ],
  ['arguments', record => servers(record, ({command}) => command?.join(' ') ?? null).join('; ')],
  [
    'KV pool',
    record => servers(record, ({facts}) => (facts.kvTokens === null ? null : `${facts.kvTokens} tokens`)).join(', '),
  ],
  ['GPU', ({machine}) => gpuText(machine.gpus).join(', ')],
  ['seed', ({seed}) => String(seed)],
];

const conditionsSection = ({records: {baseline, candidate}}: DecidedRun): Section => [
  '## Conditions',
  '',
  ...markdownTable(
    [
      {title: '', unit: '', read: ([name]: (typeof conditions)[number]) => name},
      {title: 'baseline', unit: '', read: ([, read]) => read(baseline)},
      {title: 'candidate', unit: '', read: ([, read]) => read(candidate)},
    ],
    conditions.filter(([, read]) => read(baseline) !== '' || read(candidate) !== ''),
  ),
  '',
];

/** Before the numbers, which are not what they seem without it. */
const threats = ({verdict}: DecidedRun): Section => [
  '## Threats to validity',
  '',
  ...(verdict.threats.length === 0 ? ['None were found.'] : list(verdict.threats)),
  '',
];

const reproduction = ({decision}: DecidedRun): Section => {
  const {cutover, command} = decision;
  const commit = cutover.gitCommit === null ? '' : `, commit ${cutover.gitCommit}`;
  return [
    '## How to reproduce',
    '',
    ...list([
      `The same verdict from the stored blocks, offline: npm run decide -- --from ${decision.decisionId}, or the folder in which this report lies`,
      `Measured anew: npm run ${[command[0] ?? '', ...(command.length > 1 ? ['--'] : []), ...command.slice(1)].join(' ')}`,
      `cutover ${cutover.version}${commit}${cutover.gitDirty === true ? ', with changes that were not committed' : ''}`,
      `Seed ${decision.seed}; ${decision.startedAt} to ${decision.endedAt ?? 'not ended'}; ${spentText(decision)}`,
    ]),
    '',
  ];
};

/** What comes first is what matters most, so that a document that is too long loses its end. */
const within = (sections: readonly Section[]): string => {
  const kept: string[] = [];
  let left = mostBytes;
  for (const section of sections) {
    const text = section.join('\n');
    left -= Buffer.byteLength(text) + 1;
    if (left < 0) return [...kept, 'The rest is too long for this page: see report.html.', ''].join('\n');
    kept.push(text);
  }
  return kept.join('\n');
};

/** The document for a review and for the page of a CI job; whatever comes from engines and users is escaped. */
export const renderMarkdown = async (run: DecidedRun): Promise<readonly ExportFile[]> => {
  const sections = [head, threats, workloads, answers, looks, gates, claimsSection, conditionsSection, reproduction];
  return [{name: 'report.md', content: within(sections.map(section => section(run)))}];
};
