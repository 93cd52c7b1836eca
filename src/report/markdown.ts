import type {RunRecord, Trial} from '../schema/record.ts';
import {type TableColumn, tableColumns} from './columns.ts';
import {type FindingGroup, findingGroups} from './finding-groups.ts';
import type {Format} from './format.ts';
import {shownNumber} from './number.ts';
import {markdownText} from './plain-text.ts';
import {runFacts, simulatedNotice} from './run-facts.ts';
import {serverTables} from './server-columns.ts';

const cell = <Of>({read, unit}: TableColumn<Of>, of: Of): string => {
  const value = read(of);
  return typeof value === 'string' ? markdownText(value) : shownNumber(value, unit);
};

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

const tableOf = <Of>(columns: readonly TableColumn<Of>[], of: readonly Of[]): string[] => {
  const words = ({read}: TableColumn<Of>) => of.some(one => typeof read(one) === 'string');
  return [
    row(columns.map(({title, unit}) => (unit === '' ? title : `${title} (${unit})`))),
    row(columns.map(column => (words(column) ? '---' : '---:'))),
    ...of.map(one => row(columns.map(column => cell(column, one)))),
  ];
};

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
    return [heading, '', ...tableOf(columns, rows), '', meaning, ''];
  });

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
    'A void trial is kept and shown; its numbers must not be used.',
  ];
};

const document = (record: RunRecord): string => {
  const {trials} = record;
  const findings = findingGroups(record);
  return [
    `# ${markdownText(record.engine.title)}: ${markdownText(record.runId)}`,
    '',
    ...(record.evidence === 'simulated' ? [`> **${simulatedNotice}**`, ''] : []),
    ...runFacts(record).map(({name, text}) => `- ${name}: ${markdownText(text)}`),
    '',
    '## Trials',
    '',
    ...(trials.length === 0
      ? ['No trial has ended.']
      : [...tableOf(tableColumns(trials), trials), '', ...definitions(trials)]),
    '',
    ...serverParts(record),
    '## Findings',
    '',
    ...(findings.length > 0 ? findingList(findings) : ['None.']),
    '',
  ].join('\n');
};

export const renderMarkdown: Format['render'] = async ({record}) => [{name: 'report.md', content: document(record)}];
