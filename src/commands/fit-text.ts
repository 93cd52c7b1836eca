import {shownNumber} from '../report/number.ts';
import {alignedLines, type Side} from '../report/text-table.ts';
import type {RunRecord} from '../schema/record.ts';
import {type MeasureName, type Measures, measureNames, measureUnits} from './fit-measures.ts';
import type {FittedConstant} from './fit-role.ts';

/** Medians of one stage. */
interface FitRow {
  readonly name: string;
  readonly repetitions: number;
  readonly fitted: boolean;
  readonly real: Measures;
  readonly simulated: Measures;
}

const errorOf = ({real, simulated}: FitRow, name: MeasureName): number | null => {
  const [is, shouldBe] = [simulated[name], real[name]];
  return is === null || shouldBe === null ? null : is / shouldBe - 1;
};

const shownError = (error: number | null) =>
  error === null ? '' : `${error < 0 ? '' : '+'}${(error * 100).toFixed(0)} %`;

const cells = (row: FitRow, name: MeasureName): string[] => [
  shownNumber(row.real[name], measureUnits[name]),
  shownNumber(row.simulated[name], measureUnits[name]),
  shownError(errorOf(row, name)),
];

const typicalError = (rows: readonly FitRow[]): string => {
  const errors = rows.flatMap(row => measureNames.map(name => errorOf(row, name))).filter(error => error !== null);
  const meanSquare = errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length;
  return `${(Math.sqrt(meanSquare) * 100).toFixed(1)} %`;
};

const errorTable = (rows: readonly FitRow[]): string[] => {
  const heads = measureNames.flatMap(name => [name === 'requests' ? name : `${name} p50`, measureUnits[name], '']);
  const body = rows.map(row => [
    `${row.name}${row.repetitions > 1 ? ` × ${row.repetitions}` : ''}${row.fitted ? '' : ' *'}`,
    ...measureNames.flatMap(name => cells(row, name)),
  ]);
  const sides: Side[] = ['left', ...heads.map((): Side => 'right')];
  return alignedLines(
    [['', ...heads], ['trial', ...measureNames.flatMap(() => ['real', 'simulated', 'error'])], ...body],
    sides,
  );
};

/** What `npm run fit` prints. */
export const fitText = (
  {runId, status, evidence, engine}: RunRecord,
  constants: readonly FittedConstant[],
  rows: readonly FitRow[],
): string => {
  const heldOut = rows.filter(({fitted}) => !fitted);
  const constantRows = constants.map(({name, value, toldBy}) => [name, value.toPrecision(3), toldBy]);
  return [
    `${runId} (${status}): ${engine.title} ${engine.version ?? ''}, ${evidence}`,
    '',
    ...alignedLines([['constant', 'value', 'told most by'], ...constantRows], ['left', 'right', 'left']),
    '',
    'The recorded requests, played with these constants in virtual time:',
    ...errorTable(rows),
    '',
    `Typical error (root mean square): ${typicalError(rows.filter(({fitted}) => fitted))}`,
    ...(heldOut.length === 0 ? [] : [`* not fitted, so foretold: ${typicalError(heldOut)}`]),
    '',
  ].join('\n');
};
