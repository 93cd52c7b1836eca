import type {Check, Examination} from '../schema/examination.ts';
import type {RunRecord} from '../schema/record.ts';
import {shownNumber} from './number.ts';
import {oneLine} from './one-line.ts';
import {markdownText, plainText} from './plain-text.ts';
import type {Cell} from './rows.ts';

const outcomes = ['fail', 'unknown', 'note', 'pass'] as const;

/** `2 fail, 1 note, 17 pass`: none left out, and none that there is not. */
const tally = (checks: readonly Check[]): string =>
  outcomes
    .map(outcome => ({outcome, count: checks.filter(check => check.outcome === outcome).length}))
    .filter(({count}) => count > 0)
    .map(({outcome, count}) => `${count} ${outcome}`)
    .join(', ');

/** In quotes: what shows a difference may be a single space. */
const exampleText = (example: string): string => plainText(JSON.stringify(example));

const headline = ({stage, repetition, questions, checks, durationMs, answersFile}: Examination): string =>
  `${stage}${repetition > 1 ? ` (repetition ${repetition})` : ''}: ${tally(checks)}; ${questions} questions in ${shownNumber(durationMs / 1000, 's')} s, answers in ${answersFile}`;

/** The smallest input may be a file; the markdown and the record have more of it. */
const longestExample = 80;

/** More than a screen can hold are in the markdown and in the record. */
const mostShown = 20;

const checkLines = ({outcome, title, detail, example}: Check): readonly string[] => [
  `  ${outcome.toUpperCase()} ${plainText(title)}: ${plainText(detail)}`,
  ...(example === null ? [] : [`    ${oneLine(exampleText(example), longestExample)}`]),
];

/** For a terminal: what did not simply pass, with the smallest input that shows it. */
export const examinationLines = ({examinations}: RunRecord): readonly string[] =>
  examinations.flatMap(examination => {
    const open = examination.checks.filter(({outcome}) => outcome !== 'pass');
    const more = open.length - mostShown;
    return [
      '',
      plainText(headline(examination)),
      ...open.slice(0, mostShown).flatMap(checkLines),
      ...(more > 0 ? [`  and ${more} more: report.md has them all`] : []),
    ];
  });

/** Every check, for Markdown. */
export const examinationSections = ({examinations}: RunRecord): readonly string[] =>
  examinations.flatMap(examination => [
    `## Examination ${markdownText(examination.stage)}`,
    '',
    `${markdownText(headline(examination))}.`,
    '',
    '| outcome | check | seen | smallest input |',
    '| --- | --- | --- | --- |',
    ...examination.checks.map(
      ({outcome, title, detail, example}) =>
        `| ${outcome} | ${markdownText(title)} | ${markdownText(detail)} | ${example === null ? '' : markdownText(exampleText(example))} |`,
    ),
    '',
  ]);

export const checkRowKeys = [
  'run_id',
  'engine',
  'engine_version',
  'stage',
  'repetition',
  'check',
  'title',
  'outcome',
  'detail',
  'example',
] as const;

/** One row a check, in the order of `checkRowKeys`. */
export const checkRowsOf = ({runId, engine, examinations}: RunRecord): readonly (readonly Cell[])[] =>
  examinations.flatMap(({stage, repetition, checks}) =>
    checks.map(({id, title, outcome, detail, example}) => [
      ...[runId, engine.name, engine.version && plainText(engine.version), stage, repetition, id],
      ...[plainText(title), outcome, plainText(detail), example && exampleText(example)],
    ]),
  );
