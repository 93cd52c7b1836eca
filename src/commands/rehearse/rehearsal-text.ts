import {plainText} from '../../report/plain-text.ts';
import type {RehearsedRun} from '../../report/rehearsal/rehearsed-run.ts';
import {alignedLines} from '../../report/text-table.ts';
import type {RehearsalVerdict} from '../../schema/rehearsal-verdict.ts';

const secondsText = (ms: number | null): string => (ms === null ? '-' : (ms / 1000).toFixed(1));
const msText = (ms: number | null): string => (ms === null ? '-' : `${ms.toFixed(0)} ms`);

const header = ['stage', 'from s', 'to s', 'outcome', 'sent', 'served', 'refused', 'failed', 'lost', 'downtime'];

const stageTable = ({stages}: RehearsalVerdict): readonly string[] =>
  alignedLines(
    [
      header,
      ...stages.map(({name, startMs, endMs, outcome, requests, downtimeMs}) => [
        ...[name, secondsText(startMs), secondsText(endMs), outcome],
        ...[requests.sent, requests.served, requests.refused, requests.failed, requests.lost].map(String),
        msText(downtimeMs),
      ]),
    ],
    ['left', 'right', 'right', 'left', 'right', 'right', 'right', 'right', 'right', 'right'],
  );

const timesText = ({times}: RehearsalVerdict): string => {
  const {detectSeconds, rollbackSeconds, recoverSeconds, ...downtimes} = times;
  const shown = (value: number | null) => (value === null ? '-' : `${value.toFixed(1)} s`);
  return [
    `found after ${shown(detectSeconds)}, rolled back in ${shown(rollbackSeconds)}, recovered in ${shown(recoverSeconds)}`,
    `downtime: cutover ${msText(downtimes.cutoverDowntimeMs)}, fault ${msText(downtimes.faultDowntimeMs)}, rollback ${msText(downtimes.rollbackDowntimeMs)}`,
  ].join('; ');
};

const accountingText = ({accounting}: RehearsalVerdict): string =>
  Object.entries(accounting)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');

/** For a terminal: both verdicts with their reasons, then the stages, the accounting and the times. */
export const rehearsalText = ({rehearsal, verdict}: RehearsedRun): string => {
  const {migration, rollback, accounts} = verdict;
  return [
    `${rehearsal.plan.name}, scenario ${rehearsal.scenario}${rehearsal.status === 'complete' ? '' : ` (${rehearsal.status})`}`,
    '',
    `Migration: ${migration.verdict}`,
    ...migration.reasons.map(reason => `  ${plainText(reason)}`),
    `Rollback:  ${rollback.verdict}`,
    ...rollback.reasons.map(reason => `  ${plainText(reason)}`),
    '',
    ...stageTable(verdict),
    '',
    `Requests: ${accountingText(verdict)}; ${accounts.agree ? 'client, gateway and engines agree' : 'the accounts differ'}`,
    ...accounts.differences.map(difference => `  ${plainText(difference)}`),
    `Times: ${timesText(verdict)}`,
    '',
  ].join('\n');
};
