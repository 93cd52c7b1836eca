import {percentText} from '../stats/gate.ts';
import type {Calibration, CalibrationRow, CalibrationScenario} from './calibration.ts';
import {goalsOf} from './goals.ts';

const effectText = (effect: number): string =>
  ({0: '0', 0.5: '½ δ', 1: 'δ', 1.5: '1½ δ', 2: '2 δ'})[effect] ?? `${effect} δ`;

const columns: readonly (readonly [title: string, cell: (row: CalibrationRow) => string])[] = [
  ['effect', ({effect}) => effectText(effect)],
  ['decisions', ({decisions}) => String(decisions)],
  ['GO', ({go}) => percentText(go)],
  ['NO-GO', ({noGo}) => percentText(noGo)],
  ['INCONCLUSIVE', ({inconclusive}) => percentText(inconclusive)],
  ['undecidable', ({undecidable}) => percentText(undecidable)],
  ['interval holds', ({coverage}) => percentText(coverage)],
  ['difference', ({claims}) => percentText(claims)],
  ['pairs', ({meanPairs}) => meanPairs.toFixed(1)],
];

const aligned = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  const left = (rows[0] ?? []).map((_, column) => column === 0);
  return rows
    .map(row =>
      row
        .map((cell, column) => (left[column] ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

const mainTable = ({rows}: Calibration): string =>
  aligned([columns.map(([title]) => title), ...rows.map(row => columns.map(([, cell]) => cell(row)))]);

const at = ({rows}: CalibrationScenario, effect: number, of: (row: CalibrationRow) => number): string => {
  const row = rows.find(one => one.effect === effect);
  return row === undefined ? '' : percentText(of(row));
};

const sensitivityTable = ({sensitivity}: Calibration): string =>
  aligned([
    [
      'if',
      'margin',
      'decisions',
      'GO at 0',
      'GO at δ',
      'NO-GO at 2 δ',
      'NO-GO at 0',
      'undecidable',
      'interval holds',
      'A/A alarms',
    ],
    ...sensitivity.map(scenario => [
      scenario.title,
      percentText(scenario.delta),
      String(scenario.rows[0]?.decisions ?? 0),
      at(scenario, 0, ({go}) => go),
      at(scenario, 1, ({go}) => go),
      at(scenario, 2, ({noGo}) => noGo),
      at(scenario, 0, ({noGo}) => noGo),
      at(scenario, 0, ({undecidable}) => undecidable),
      percentText(scenario.coverage),
      percentText(scenario.aaFalseAlarms),
    ]),
  ]);

const goalsText = (calibration: Calibration): string =>
  goalsOf(calibration)
    .map(({asked, rate, met}) => `  ${met ? 'met    ' : 'NOT MET'}  ${percentText(rate).padStart(7)}  ${asked}`)
    .join('\n');

/** The table for a person, with what was asked of it. */
export const calibrationText = (calibration: Calibration): string =>
  [
    `How often the verdict of the plan ${calibration.plan} is right, on simulated pairs with the noise of real runs.`,
    `δ is the margin of chat's throughput, ${percentText(calibration.delta)}; an effect is how much worse the candidate is in truth.`,
    '',
    mainTable(calibration),
    '',
    `Interval holds the true ratio, all rows: ${percentText(calibration.coverage)}. A/A false alarms: ${percentText(calibration.aaFalseAlarms)}.`,
    '',
    'Goals',
    goalsText(calibration),
    '',
    'With other noise, other metrics, and the whole plan (fewer decisions each)',
    sensitivityTable(calibration),
    '',
    `Seed ${calibration.seed}: the same seed gives the same table.`,
    '',
  ].join('\n');
