import type {RunRecord} from '../../schema/record.ts';
import type {Phases, Trial} from '../../schema/trial.ts';
import {phaseShares} from '../../stats/phases.ts';
import {type TableColumn, voidCodes} from '../columns.ts';
import {column, type Section, section} from './section.ts';

interface PhasesOfTrial {
  readonly trial: Trial;
  readonly phases: Phases;
}

const shareOf = (phases: Phases, phase: 'prefill' | 'transfer' | 'decode'): number | null => {
  const share = phaseShares(phases)?.[phase] ?? null;
  return share === null ? null : share * 100;
};

/** GB/s of one transfer, on average: of what was moved in the time that all of them took together. */
const transferSpeed = ({transfer, transferMs}: Phases): number | null => {
  if (transfer === null || transfer.mib === null || transferMs === null) return null;
  const seconds = (transfer.count * transferMs) / 1000;
  return seconds === 0 ? null : (transfer.mib * 2 ** 20) / 1e9 / seconds;
};

const columns = [
  column<PhasesOfTrial>('label', 'suite', 'phases', '', ({trial}) => trial.suite),
  column<PhasesOfTrial>('label', 'repetition', 'rep', '', ({trial}) => trial.repetition),
  column<PhasesOfTrial>('detail', 'evidence', 'evidence', '', ({trial}) => trial.evidence),
  column<PhasesOfTrial>('label', 'n', 'n', '', ({phases}) => phases.n),
  column<PhasesOfTrial>('measure', 'prefill_mean_ms', 'prefill', 'ms', ({phases}) => phases.prefillMs),
  column<PhasesOfTrial>('measure', 'transfer_mean_ms', 'transfer', 'ms', ({phases}) => phases.transferMs),
  column<PhasesOfTrial>('measure', 'decode_mean_ms', 'decode', 'ms', ({phases}) => phases.decodeMs),
  column<PhasesOfTrial>('measure', 'prefill_percent', 'prefill', '%', ({phases}) => shareOf(phases, 'prefill')),
  column<PhasesOfTrial>('measure', 'transfer_percent', 'transfer', '%', ({phases}) => shareOf(phases, 'transfer')),
  column<PhasesOfTrial>('measure', 'decode_percent', 'decode', '%', ({phases}) => shareOf(phases, 'decode')),
  column<PhasesOfTrial>('measure', 'transfers', 'transfers', '', ({phases}) => phases.transfer?.count ?? null),
  column<PhasesOfTrial>('measure', 'moved_mib', 'moved', 'MiB', ({phases}) => phases.transfer?.mib ?? null),
  column<PhasesOfTrial>('measure', 'transfer_gb_per_second', 'speed', 'GB/s', ({phases}) => transferSpeed(phases)),
  column<PhasesOfTrial>('label', 'void', 'void', '', ({trial}) => voidCodes(trial)),
];

/** Of the trials on several servers: on one alone the phases say no more than TTFT and E2E do. */
const phasesOf = (trials: readonly Trial[]): readonly PhasesOfTrial[] =>
  trials.flatMap(trial => (trial.phases === null || trial.members.length === 0 ? [] : [{trial, phases: trial.phases}]));

/** Where the time of a request went, one row a trial. */
export const phasesSection = ({trials}: RunRecord): readonly Section[] =>
  section(
    {
      file: 'phases',
      heading: 'Phases of a request',
      meaning:
        "Means over the successful requests of a trial, and their shares of the time from the send to the last token. Prefill is from the send to the first token without the transfer, waiting included; decode from the first token to the last. Transfers, what they moved, and their speed (of one of them) are of all requests, the warm-up's too, by the prefill servers' counters; empty where no KV cache moves or none is told.",
    },
    columns,
    phasesOf(trials),
  );

const compared = ['prefill_mean_ms', 'transfer_mean_ms', 'decode_mean_ms'];

/** What two runs are compared by, where at least one of them is of several servers. */
export const phaseMeasures = (trials: readonly Trial[]): readonly TableColumn<Trial>[] =>
  phasesOf(trials).length === 0
    ? []
    : columns
        .filter(({key}) => compared.includes(key))
        .map(({key, title, unit, part, read}) =>
          column<Trial>(part, key, `${title} mean`, unit, trial =>
            trial.phases === null ? null : read({trial, phases: trial.phases}),
          ),
        )
        .filter(({read}) => trials.some(trial => read(trial) !== null));
