import type {Role} from '../schema/request.ts';
import type {Calibration, DialectName} from '../simulator/calibration.ts';
import {replay} from '../simulator/replay.ts';
import {fitPositive} from '../stats/fit-positive.ts';
import {type MeasureName, measure, measureNames, middleMean} from './fit-measures.ts';
import type {MeasuredStage} from './fit-stages.ts';

/** One constant, and the number that moves most with it: without that number it would be a guess. */
export interface FittedConstant {
  readonly name: string;
  readonly value: number;
  readonly toldBy: string;
}

/** Weight of the wish that a value stays where the search begins: e times as much is as bad as an error of 3 % in one number. */
const pull = 0.03;

/**
 * The constants to look for and where the search begins, so that a run always gives the same ones, whatever is shipped.
 * Where every pass has a graph, or none, nothing tells what the other kind takes.
 */
const startOf = (role: Role, {graphTokens, maxBatchedTokens}: Calibration[Role]): Readonly<Record<string, number>> => ({
  frontEndMsPerItem: 2,
  ...(role === 'chat' ? {stepBaseMs: 2, decodeMsPerSequence: 0.01} : {frontEndMsPerToken: 0.002}),
  ...(graphTokens > 0 ? {graphedPassMs: 8} : {}),
  ...(graphTokens < maxBatchedTokens ? {eagerPassMs: 20} : {}),
});

/**
 * Finds the constants of one role: plays the recorded requests with ever other constants, until latencies and rate are
 * as near to the real engine's as they get.
 */
export const fitRole = (
  role: Role,
  stages: readonly MeasuredStage[],
  calibration: Calibration,
  dialect: DialectName,
): {readonly calibration: Calibration; readonly constants: readonly FittedConstant[]} => {
  const begin = Object.entries(startOf(role, calibration[role]));
  const names = begin.map(([name]) => name);
  const start = begin.map(([, value]) => value);
  const withValues = (values: readonly number[]): Calibration => ({
    ...calibration,
    [role]: {...calibration[role], ...Object.fromEntries(names.map((name, index) => [name, values[index]]))},
  });

  const targets: {readonly stage: MeasuredStage; readonly name: MeasureName; readonly real: number}[] = [];
  for (const stage of stages) {
    const measures = measure(stage.repetitions, middleMean);
    for (const name of measureNames) {
      const real = measures[name];
      if (real !== null) targets.push({stage, name, real});
    }
  }
  const residualsOf = (values: readonly number[]) => {
    const candidate = withValues(values);
    const played = new Map(
      stages.map(stage => [stage, measure([replay(stage, candidate, dialect)], middleMean)] as const),
    );
    const errors = targets.map(({stage, name, real}) => Math.log((played.get(stage)?.[name] ?? Number.NaN) / real));
    return [...errors, ...values.map((value, index) => pull * Math.log(value / (start[index] ?? value)))];
  };

  const {values, slopes} = fitPositive(start, residualsOf);
  const toldBy = (slope: readonly number[] = []) => {
    const moved = slope.slice(0, targets.length).map(Math.abs);
    const most = targets[moved.indexOf(Math.max(...moved))];
    return most === undefined ? '' : `${most.stage.name} ${most.name}`;
  };
  const constants = names.map((name, index) => ({
    name: `${role}.${name}`,
    value: values[index] ?? Number.NaN,
    toldBy: toldBy(slopes[index]),
  }));
  return {calibration: withValues(values), constants};
};
