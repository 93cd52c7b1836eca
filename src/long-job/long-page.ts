/** One test of the long job, as its reporter saw it. */
interface LongTest {
  readonly title: string;
  readonly seconds: number;
  readonly passed: boolean;
  /** What the test told of itself, for people. */
  readonly figures: readonly string[];
}

export interface LongFile {
  readonly file: string;
  /** From its first test to its last; tests that run at once are counted once. */
  readonly seconds: number;
  readonly tests: readonly LongTest[];
}

interface LongRun {
  /** When, by which commit and on which machine. */
  readonly madeOn: string;
  /** The page that the fuzz printed. */
  readonly fuzz: string;
}

const shown = (seconds: number) => `${seconds.toFixed(0)} s`;
const inCell = (text: string) => text.replaceAll('|', '·').replaceAll('\n', ' ');
const countOf = (file: LongFile, wanted: boolean) => outcomesOf([file]).filter(passed => passed === wanted).length;

/** Whether each test passed. A file of which none could be collected is one that did not. */
export const outcomesOf = (files: readonly LongFile[]): readonly boolean[] =>
  files.flatMap(({tests}) => (tests.length === 0 ? [false] : tests.map(({passed}) => passed)));

const fileSection = ({file, tests}: LongFile): string =>
  [
    `## ${file}`,
    '',
    '| test | | seconds | figures |',
    '| --- | --- | --- | --- |',
    ...tests.map(({title, passed, seconds, figures}) =>
      [
        '',
        ` ${inCell(title)} `,
        passed ? ' passed ' : ' **failed** ',
        ` ${seconds.toFixed(1)} `,
        ` ${figures.map(inCell).join('; ')} `,
        '',
      ].join('|'),
    ),
  ].join('\n');

/** How many tests of each file passed and how long they took, and then each of them. */
export const outcomeTables = (files: readonly LongFile[]): string =>
  `| file | passed | failed | took |
| --- | --- | --- | --- |
${files.map(one => `| [${one.file}](#${anchorOf(one.file)}) | ${countOf(one, true)} | ${countOf(one, false)} | ${shown(one.seconds)} |`).join('\n')}

${files.map(fileSection).join('\n\n')}`;

/** reports/evidence/long-job.md: what `.ci/long` played and what came of it. Pure. */
export const renderLongPage = (files: readonly LongFile[], {madeOn, fuzz}: LongRun): string => `# The long job

Made by \`.ci/long --write\` ${madeOn}

\`.ci/run\` plays a part of this that covers it, listed with its reasons in
[\`test-cells.ts\`](../../src/commands/rehearse/test-cells.ts).

${outcomeTables(files)}

${fuzz.trim().replace(/^# /, '## ')}
`;

/** As GitHub makes it from a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');
