import type {RunRecord} from '../schema/record.ts';
import type {ComparedMeasure, ComparedSuite, Comparison, Spread, UsedTrials} from './compare.ts';
import {checksLines} from './compare-checks.ts';
import type {ComparedMemory} from './compare-memory.ts';
import {parityLines} from './compare-parity.ts';
import {dropInText} from './contract-text.ts';
import {shownNumber} from './number.ts';
import {plainText} from './plain-text.ts';
import {engineText, simulatedNotice} from './run-facts.ts';
import {alignedLines} from './text-table.ts';

const spreadText = (spread: Spread | null, unit: string): string => {
  if (spread === null) return '-';
  const {median, min, max} = spread;
  const middle = shownNumber(median, unit);
  return min === max ? middle : `${middle} (${shownNumber(min, unit)}..${shownNumber(max, unit)})`;
};

const trialsText = ({valid, void: unusable}: UsedTrials): string => {
  const said = unusable.length === 0 ? '' : `, VOID: ${plainText(unusable.join(', '))}`;
  const shown = valid === 0 ? '; its numbers are shown and must not be used' : '';
  return `${valid} valid ${valid === 1 ? 'trial' : 'trials'}${said}${shown}`;
};

const measureRow = ({title, unit, a, b, ratio}: ComparedMeasure, voids: {a: string; b: string}): string[] => [
  title,
  unit,
  `${spreadText(a, unit)}${a === null ? '' : voids.a}`,
  `${spreadText(b, unit)}${b === null ? '' : voids.b}`,
  ratio === null ? '-' : shownNumber(ratio, 'ratio'),
];

const suiteLines = ({suite, workload, load, trials, measures}: ComparedSuite): string[] => {
  const mark = ({valid}: UsedTrials) => (valid === 0 ? ' VOID' : '');
  const voids = {a: mark(trials.a), b: mark(trials.b)};
  const rows = measures.filter(({a, b}) => a !== null || b !== null).map(measure => measureRow(measure, voids));
  const table = alignedLines([['', '', 'A', 'B', 'B/A'], ...rows], ['left', 'left', 'right', 'right', 'right']);
  return [
    '',
    `${plainText(suite)}: ${workload}, ${load}`,
    ...table.map(line => `  ${line}`),
    `  A: ${trialsText(trials.a)}`,
    `  B: ${trialsText(trials.b)}`,
  ];
};

const memoryLines = ({role, numbers, equalKv}: ComparedMemory): string[] => {
  const shown = (value: number | null, unit: string) => (value === null ? '-' : shownNumber(value, unit));
  const rows = numbers.map(({title, unit, a, b, ratio}) => [
    title,
    unit,
    shown(a, unit),
    shown(b, unit),
    shown(ratio, 'ratio'),
  ]);
  const table = alignedLines([['', '', 'A', 'B', 'B/A'], ...rows], ['left', 'left', 'right', 'right', 'right']);
  return [
    '',
    `GPU memory of ${role}`,
    ...table.map(line => `  ${line}`),
    ...(equalKv
      ? []
      : [
          role === 'chat'
            ? '  The KV pools are not of one size: what is reserved does not compare as it stands. Measure both with one --kv-tokens.'
            : '  The KV pools are not of one size, and an encoder has no use for one: compare what is needed.',
        ]),
  ];
};

/** A run's contract examination, under the run's name in place of the URL. */
const judgedContract = ({runId, examinations, evidence}: RunRecord) => ({
  url: plainText(runId),
  simulated: evidence === 'simulated',
  checks: examinations.findLast(({spec}) => spec.kind === 'contract')?.checks ?? [],
});

const differenceLines = ({differences}: Comparison): string[] =>
  differences.length === 0
    ? ['Conditions: equal as far as the records tell.']
    : [
        'Conditions that differ. Numbers under unequal conditions do not compare:',
        ...alignedLines(
          [['', 'A', 'B'], ...differences.map(({condition, a, b}) => [condition, a, b].map(plainText))],
          ['left', 'left', 'left'],
        ).map(line => `  ${line}`),
      ];

const gpuLines = ({gpus}: Comparison): string[] =>
  gpus === null
    ? []
    : [
        '',
        `GPUs: ${gpus.a} in A, ${gpus.b} in B. Which topology is better shows at one number of them; what each GPU brought is below the rates.`,
      ];

/** The answers may have been judged above; how fast they came is not, and is not said where no load was compared. */
const closing = ({runs: {a, b}, suites, parity, dropIn, checks}: Comparison): string[] => [
  ...((parity !== null || dropIn !== null || checks.length > 0) && suites.length === 0
    ? []
    : [
        `${parity === null && dropIn === null ? 'This' : 'Of speed this'} describes two runs and is not a verdict. One run proves neither engine faster: three identical ones gave 7124, 8438 and 6523 tokens/s.`,
      ]),
  ...(dropIn === null && (a.evidence === 'simulated' || b.evidence === 'simulated') ? [simulatedNotice] : []),
];

/** Two runs for a terminal: what differs besides the engine first, then the numbers. Ends in a line feed. */
export const comparisonText = (comparison: Comparison): string => {
  const {runs, suites, memory, parity, dropIn, checks, only} = comparison;
  const runLine = (name: string, run: Comparison['runs']['a']) => [
    name,
    ...[run.runId, engineText(run.engine), run.evidence, run.status].map(plainText),
  ];
  const single = (name: string, names: readonly string[]) =>
    names.length === 0 ? [] : [`Only in ${name}: ${plainText(names.join('; '))}`];
  const lone = [...single('A', only.a), ...single('B', only.b)];
  return [
    ...alignedLines([runLine('A', runs.a), runLine('B', runs.b)], ['left', 'left', 'left', 'left', 'left']),
    '',
    ...differenceLines(comparison),
    ...gpuLines(comparison),
    ...(suites.length === 0 && parity === null && dropIn === null && checks.length === 0
      ? ['', 'No suite is in both runs with the same workload and load.']
      : suites.flatMap(suiteLines)),
    ...memory.flatMap(memoryLines),
    ...(parity === null ? [] : parityLines(parity)),
    ...checks.flatMap(checksLines),
    ...(dropIn === null ? [] : ['', dropInText(dropIn, [runs.a, runs.b].map(judgedContract)).trimEnd()]),
    ...(lone.length === 0 ? [] : ['', ...lone]),
    '',
    ...closing(comparison),
    '',
  ].join('\n');
};
