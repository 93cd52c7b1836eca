import {arms} from '../../schema/block.ts';
import type {RehearsalCheck} from '../../schema/rehearsal-verdict.ts';
import {oneLine} from '../one-line.ts';
import {simulatedNotice} from '../run-facts.ts';
import {alignedLines} from '../text-table.ts';
import {
  accountingText,
  countText,
  gibText,
  msText,
  rehearsedText,
  sideText,
  timings,
  unservedTexts,
  verdictParts,
} from './rehearsal-words.ts';
import type {RehearsedRun} from './rehearsed-run.ts';

const widest = 100;
const mostChecks = 4;

const verdictLines = ({verdict}: RehearsedRun): string[] =>
  verdictParts(verdict).flatMap(({title, ended}) => [
    `${title}: ${ended.verdict}${ended.statistics === ended.verdict ? '' : ` (the numbers say ${ended.statistics})`}`,
    `  ${oneLine(ended.reasons[0] ?? '', widest - 2)}`,
  ]);

const stageLines = ({verdict: {stages}}: RehearsedRun): string[] =>
  alignedLines(
    [
      ['stage', 'from s', 'to s', 'sent', 'refused', 'failed', 'lost', 'downtime', 'VRAM base', 'VRAM cand'],
      ...stages.map(({name, outcome, startMs, endMs, requests, downtimeMs, vramMiB}) => [
        ...[outcome === 'done' ? name : `${name}: ${outcome}`, (startMs / 1000).toFixed(1)],
        ...[endMs === null ? '' : (endMs / 1000).toFixed(1)],
        ...[requests.sent, requests.refused, requests.failed, requests.lost].map(count =>
          requests.sent === 0 ? '' : countText(count),
        ),
        ...[requests.sent === 0 ? '' : (msText(Math.round(downtimeMs)) ?? '')],
        ...arms.map(arm => gibText(vramMiB[arm]) ?? ''),
      ]),
    ],
    ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'right', 'right', 'right'],
  );

const timesLine = (run: RehearsedRun): string[] => {
  const known = timings(run).flatMap(({what, value, limit}) =>
    value === null ? [] : [[what.toLowerCase(), value, limit === null ? '' : `limit ${limit}`]],
  );
  return alignedLines(known, ['left', 'left', 'left']).map(line => `  ${line}`);
};

const worstFirst = ['fail', 'void', 'inconclusive'] as const;

const checkLines = (checks: readonly RehearsalCheck[]): string[] => {
  // What is simulated is said above. The worst first: there is room for a few.
  const open = worstFirst.flatMap(one => checks.filter(({code, outcome}) => outcome === one && code !== 'evidence'));
  const passed = checks.filter(({outcome}) => outcome === 'pass').length;
  const more = open.length - mostChecks;
  return [
    `Checks: ${passed} passed${open.length === 0 ? '' : `, ${open.length} did not`}`,
    ...open
      .slice(0, mostChecks)
      .map(({code, of, outcome, detail}) => `  ${oneLine(`${outcome} ${code} (${of}): ${detail}`, widest - 2)}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
};

const mostUnserved = 3;

const unservedLines = (run: RehearsedRun): string[] => {
  const all = unservedTexts(run);
  const shown = all.length > mostUnserved ? all.slice(0, mostUnserved - 1) : all;
  return [
    ...shown.map(({what, where}) => `  ${oneLine(`${what}: ${where}`, widest - 2)}`),
    ...(shown.length < all.length ? [`  and ${all.length - shown.length} more groups that were not served`] : []),
  ];
};

/** Stages that were passed again in later sittings would fill the screen: the last ones say how it ended. */
const mostStages = 11;

/** What stands in the terminal at the end: 40 lines of 100 characters at most. */
export const rehearsalText = (run: RehearsedRun): string => {
  const {rehearsal, verdict} = run;
  const {accounts, stages} = verdict;
  const left = stages.length - mostStages;
  const lines = [
    oneLine(
      `${sideText(rehearsal, 'baseline')} → ${sideText(rehearsal, 'candidate')}, ${rehearsedText(rehearsal)}`,
      widest,
    ),
    ...(rehearsal.evidence === 'simulated' ? [`SIMULATED. ${simulatedNotice}`] : []),
    ...(rehearsal.status === 'complete'
      ? []
      : [oneLine(`Not complete (${rehearsal.status}): ${rehearsal.failure?.message ?? ''}`, widest)]),
    ...verdictLines(run),
    '',
    accountingText(verdict.accounting),
    ...(accounts.agree ? [] : [`  ${oneLine(`The accounts differ: ${accounts.differences.join(' ')}`, widest - 2)}`]),
    ...unservedLines(run),
    ...timesLine(run),
    '',
    ...stageLines({...run, verdict: {...verdict, stages: stages.slice(-mostStages)}}),
    ...(left > 0 ? [`  and ${left} stages before them`] : []),
    '',
    ...checkLines(verdict.checks),
  ];
  return lines.join('\n');
};
