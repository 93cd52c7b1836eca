import type {RunRecord} from '../schema/record.ts';
import type {Trial} from '../schema/trial.ts';
import {examinationSections} from './checks.ts';
import {tableColumns} from './columns.ts';
import {type FindingGroup, findingGroups} from './finding-groups.ts';
import type {Format} from './format.ts';
import {interferenceColumns, interferencesOf} from './interference-columns.ts';
import {markdownTable} from './markdown-table.ts';
import {markdownText} from './plain-text.ts';
import {runFacts, simulatedNotice} from './run-facts.ts';
import {serverTables} from './server-columns.ts';
import {levelsOf, sweepChartFile, sweepColumns, sweepText} from './sweep-columns.ts';
import {disturbanceBlocks, disturbancesMeaning} from './topology/disturbances.ts';
import {shownColumns} from './topology/section.ts';
import {topologySections} from './topology/sections.ts';
import {turnsOf, turnTableColumns} from './turn-columns.ts';

const serverSections = {
  memory: {
    heading: '## Memory',
    meaning:
      'Reserved is all that nvidia-smi counts for a server when it is ready. Needed is that without the part of the KV pool that no request was seen to use; looks are seconds apart, so a short peak may be missed. Memory compares at equal KV tokens only.',
  },
  start: {
    heading: '## Start',
    meaning:
      'Ready counts from the start of the process to the first healthy answer, and the other times but pull and create are parts of it by the engine\'s own words. "empty" is a start without anything that an earlier one had compiled.',
  },
} as const;

const serverParts = (record: RunRecord): string[] =>
  serverTables(record).flatMap(({title, columns, rows}) => {
    const {heading, meaning} = serverSections[title];
    return [heading, '', ...markdownTable(columns, rows), '', meaning, ''];
  });

const turnParts = (record: RunRecord): string[] => {
  const turns = turnsOf(record);
  if (turns.length === 0) return [];
  const meaning =
    'A turn is the n-th request of a conversation, of one prompt that is sent again, or about one context. Uncached is the share of the prompt tokens that the prefix cache did not have. Tokens are means over the requests of a turn.';
  return ['## Turns', '', ...markdownTable(turnTableColumns, turns), '', meaning, ''];
};

const topologyParts = (record: RunRecord): string[] =>
  topologySections(record).flatMap(section => [
    `## ${section.heading}`,
    '',
    ...markdownTable(shownColumns(section), section.rows),
    '',
    section.meaning,
    '',
  ]);

const disturbanceParts = (record: RunRecord): string[] => {
  const blocks = disturbanceBlocks(record);
  if (blocks.length === 0) return [];
  const parts = blocks.flatMap(({heading, facts, stretches}) => [
    `### ${markdownText(heading)}`,
    '',
    ...facts.map(({name, text}) => `- ${name}: ${markdownText(text)}`),
    '',
    ...markdownTable(shownColumns(stretches), stretches.rows),
    '',
  ]);
  return ['## What was done to the stack', '', ...parts, disturbancesMeaning, ''];
};

const interferenceParts = (record: RunRecord): string[] => {
  const pairs = interferencesOf(record);
  if (pairs.length === 0) return [];
  const meaning =
    'The same load by itself and at the same time as the others. A ratio of 1 is no interference; requests kept is the rate at which answers came, over that by itself.';
  return ['## Together', '', ...markdownTable(interferenceColumns, pairs), '', meaning, ''];
};

const sweepParts = (record: RunRecord): string[] => {
  if (record.sweeps.length === 0) return [];
  const levels = levelsOf(record);
  const texts = record.sweeps.map(sweep => {
    const file = sweepChartFile(sweep);
    // The chart is there where the format png was written as well.
    return `- ${markdownText(sweepText(sweep, record))}${file === null ? '' : ` ([chart](${file}))`}`;
  });
  const table = levels.length === 0 ? [] : [...markdownTable(sweepColumns(levels), levels), ''];
  const meaning =
    'Throughput is output tokens a second, or texts or documents. Good is the share of all requests, failed ones too, within every limit of the SLO.';
  return ['## Sweeps', '', ...table, ...texts, '', meaning, ''];
};

const findingList = (groups: readonly FindingGroup[]): string[] =>
  groups.flatMap(({severity, code, hint, messages}) => [
    `- **${severity === 'void' ? 'VOID' : severity}** ${markdownText(code)}${hint === null ? '' : `. ${markdownText(hint)}`}`,
    ...messages.map(({message, trials: concerned}) => `  - ${markdownText(concerned)}: ${markdownText(message)}`),
  ]);

const definitions = (trials: readonly Trial[]): string[] => {
  const from = new Set(trials.map(({latencyFrom}) => latencyFrom));
  return [
    'An empty cell was not measured or not told. Percentiles are of raw values, never of other percentiles.',
    ...(from.has('scheduled')
      ? ['In open loop, TTFT and E2E count from the planned time: waiting to be sent is part of them.']
      : []),
    ...(from.has('sent') ? ['In closed loop, TTFT and E2E count from the send.'] : []),
    ...(trials.some(({prefixHits}) => prefixHits !== null)
      ? [
          "Cached is of the measured requests by their replies; hits of all requests, the warm-up's too, by the server's counters.",
        ]
      : []),
    'A void trial is kept and shown; its numbers must not be used.',
  ];
};

const trialParts = ({trials, examinations}: RunRecord): string[] => {
  if (trials.length === 0) return examinations.length > 0 ? [] : ['## Trials', '', 'No trial has ended.', ''];
  return ['## Trials', '', ...markdownTable(tableColumns(trials), trials), '', ...definitions(trials), ''];
};

const document = (record: RunRecord): string => {
  const findings = findingGroups(record);
  return [
    `# ${markdownText(record.engine.title)}: ${markdownText(record.runId)}`,
    '',
    ...(record.evidence === 'simulated' ? [`> **${simulatedNotice}**`, ''] : []),
    ...runFacts(record).map(({name, text}) => `- ${name}: ${markdownText(text)}`),
    '',
    ...trialParts(record),
    ...turnParts(record),
    ...topologyParts(record),
    ...disturbanceParts(record),
    ...interferenceParts(record),
    ...sweepParts(record),
    ...examinationSections(record),
    ...serverParts(record),
    '## Findings',
    '',
    ...(findings.length > 0 ? findingList(findings) : ['None.']),
    '',
  ].join('\n');
};

export const renderMarkdown: Format['render'] = async ({record}) => [{name: 'report.md', content: document(record)}];
