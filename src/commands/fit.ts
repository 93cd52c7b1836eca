import {CutoverError} from '../errors.ts';
import {readRecord} from '../records/read-record.ts';
import {readSamples} from '../records/read-samples.ts';
import type {RunRecord} from '../schema/record.ts';
import {roles} from '../schema/request.ts';
import {calibrations, type DialectName, dialectNames} from '../simulator/calibration.ts';
import {replay} from '../simulator/replay.ts';
import {tokenGapsMs} from '../stats/latency.ts';
import {percentile} from '../stats/percentile.ts';
import type {Terminal} from '../terminal.ts';
import {measure, median} from './fit-measures.ts';
import {type FittedConstant, fitRole} from './fit-role.ts';
import {type MeasuredStage, measuredStages} from './fit-stages.ts';
import {fitText} from './fit-text.ts';

interface FitOptions {
  /** A run folder, its record.json or a run id. */
  readonly run: string;
  readonly reportsDir: string;
  readonly terminal: Pick<Terminal, 'out' | 'note'>;
}

const dialectOf = ({runId, engine}: RunRecord): DialectName => {
  const dialect = dialectNames.find(name => name === engine.name);
  if (dialect !== undefined) return dialect;
  throw new CutoverError(
    'BAD_OPTIONS',
    `${runId} cannot be fitted: the simulated engine does not speak ${engine.title}'s dialect`,
    {hint: `Name a run of one of ${dialectNames.join(', ')}.`},
  );
};

/** Conversations are kept out of the fit: they show what it foretells of something that it has not seen. */
const isFitted = ({workload}: MeasuredStage) => workload.kind !== 'prefix';
const roleOf = ({workload: {kind}}: MeasuredStage) => (kind === 'prefix' ? 'chat' : kind);

/** Of the logarithm of the gaps between tokens where one request runs alone; from p50 and p90, so that no pause counts. */
const jitterOf = (stages: readonly MeasuredStage[]): FittedConstant => {
  const name = 'decode-1';
  const gaps = stages
    .filter(stage => stage.name === name)
    .flatMap(stage => stage.repetitions.flat().flatMap(tokenGapsMs));
  const sorted = Float64Array.from(gaps).sort();
  const p90OfNormal = 1.2816;
  const value = Math.log(percentile(sorted, 0.9) / percentile(sorted, 0.5)) / p90OfNormal;
  return {name: 'chat.jitterSigma', value, toldBy: `${name} ITL p90 / p50`};
};

/** Finds the simulated engine's constants from a run on a real one, and prints them with what they leave unexplained. */
export const fitConstants = async ({run, reportsDir, terminal}: FitOptions): Promise<void> => {
  const {record, folder} = await readRecord(run, reportsDir);
  const dialect = dialectOf(record);
  const stages = await measuredStages(record, readSamples(folder));
  const jitter = jitterOf(stages);
  const shipped = calibrations[dialect];
  let calibration = {...shipped, chat: {...shipped.chat, jitterSigma: jitter.value}};
  const constants: FittedConstant[] = [];
  for (const role of roles) {
    terminal.note(`${role}: playing its trials with ever other constants`);
    const ofRole = stages.filter(stage => roleOf(stage) === role && isFitted(stage));
    const fitted = fitRole(role, ofRole, calibration, dialect);
    calibration = fitted.calibration;
    constants.push(...fitted.constants);
  }
  const rows = stages.map(stage => ({
    name: stage.name,
    repetitions: stage.repetitions.length,
    fitted: isFitted(stage),
    real: measure(stage.repetitions, median),
    simulated: measure([replay(stage, calibration, dialect)], median),
  }));
  terminal.out(fitText(record, [...constants, jitter], rows));
};
