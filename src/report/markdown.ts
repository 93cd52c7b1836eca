import type {RunRecord, Trial} from '../schema/record.ts';
import {type Column, tableColumns} from './columns.ts';
import {findingGroups} from './finding-groups.ts';
import type {Format} from './format.ts';
import {shownNumber} from './number.ts';
import {markdownText} from './plain-text.ts';
import {runFacts, simulatedNotice} from './run-facts.ts';

const cell = ({read, unit}: Column, trial: Trial): string => {
  const value = read(trial);
  return typeof value === 'string' ? markdownText(value) : shownNumber(value, unit);
};

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

const trialTable = (trials: readonly Trial[]): string[] => {
  const columns = tableColumns(trials);
  const words = (column: Column) => trials.some(trial => typeof column.read(trial) === 'string');
  return [
    row(columns.map(({title, unit}) => (unit === '' ? title : `${title} (${unit})`))),
    row(columns.map(column => (words(column) ? '---' : '---:'))),
    ...trials.map(trial => row(columns.map(column => cell(column, trial)))),
  ];
};

const findingList = (trials: readonly Trial[]): string[] =>
  findingGroups(trials).flatMap(({severity, code, hint, messages}) => [
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
  return [
    `# ${markdownText(record.engine.title)}: ${markdownText(record.runId)}`,
    '',
    ...(record.evidence === 'simulated' ? [`> **${simulatedNotice}**`, ''] : []),
    ...runFacts(record).map(({name, text}) => `- ${name}: ${markdownText(text)}`),
    '',
    '## Trials',
    '',
    ...(trials.length === 0 ? ['No trial has ended.'] : [...trialTable(trials), '', ...definitions(trials)]),
    '',
    '## Findings',
    '',
    ...(trials.some(({findings}) => findings.length > 0) ? findingList(trials) : ['None.']),
    '',
  ].join('\n');
};

export const renderMarkdown: Format['render'] = async ({record}) => [{name: 'report.md', content: document(record)}];
