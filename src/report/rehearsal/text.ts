import {arms} from '../../schema/block.ts';
import {oneLine} from '../one-line.ts';
import {plainText} from '../plain-text.ts';
import {simulatedNotice} from '../run-facts.ts';
import {alignedLines} from '../text-table.ts';
import {
  accountingText,
  countText,
  differingTexts,
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
const mostLines = 40;
const mostChecks = 3;

/** A sentence over as many lines as there is room for: its figures often stand at its end. */
const wrapped = (text: string, mostLines: number): string[] => {
  const lines: string[] = [];
  let rest = plainText(text);
  while (lines.length < mostLines - 1 && rest.length > widest - 2) {
    const space = rest.lastIndexOf(' ', widest - 2);
    const end = space > 0 ? space : widest - 2;
    lines.push(rest.slice(0, end).toWellFormed());
    rest = rest.slice(end).trimStart();
  }
  return [...lines, oneLine(rest, widest - 2)].map(line => `  ${line}`);
};

const verdictLines = ({verdict}: RehearsedRun, mostLines: number): string[] =>
  verdictParts(verdict).flatMap(({title, ended}) => [
    `${title}: ${ended.verdict}`,
    ...wrapped(ended.reasons[0] ?? '', mostLines),
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

const checkLines = ({verdict}: RehearsedRun): string[] => {
  const {checks} = verdict;
  const said = verdictParts(verdict).map(({ended}) => ended.reasons[0]);
  // What is simulated is said above. The worst first, and what the verdicts have not said: there is room for a few.
  const all = worstFirst.flatMap(one => checks.filter(({code, outcome}) => outcome === one && code !== 'evidence'));
  const open = all.filter(({detail}) => !said.includes(detail));
  const passed = checks.filter(({outcome}) => outcome === 'pass').length;
  const more = open.length - mostChecks;
  return [
    `Checks: ${passed} passed${all.length === 0 ? '' : `, ${all.length} did not`}`,
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
  const head = [
    oneLine(
      `${sideText(rehearsal, 'baseline')} → ${sideText(rehearsal, 'candidate')}, ${rehearsedText(rehearsal)}`,
      widest,
    ),
    ...(rehearsal.evidence === 'simulated' ? [`SIMULATED. ${simulatedNotice}`] : []),
    ...(rehearsal.status === 'complete'
      ? []
      : [oneLine(`Not complete (${rehearsal.status}): ${rehearsal.failure?.message ?? ''}`, widest)]),
  ];
  const differing = differingTexts(run).join('; ');
  const rest = [
    ...(differing === '' ? [] : [oneLine(differing, widest)]),
    '',
    accountingText(verdict.accounting),
    ...(accounts.agree ? [] : [`  ${oneLine(`The accounts differ: ${accounts.differences.join(' ')}`, widest - 2)}`]),
    ...unservedLines(run),
    ...timesLine(run),
    '',
    ...stageLines({...run, verdict: {...verdict, stages: stages.slice(-mostStages)}}),
    ...(left > 0 ? [`  and ${left} stages before them`] : []),
    '',
    ...checkLines(run),
  ];
  const linesOfOne = Math.max(1, Math.floor((mostLines - head.length - rest.length - 2) / 2));
  return [...head, ...verdictLines(run, linesOfOne), ...rest].join('\n');
};
