import type {RunRecord} from '../schema/record.ts';
import type {Sweep} from '../schema/sweep.ts';
import type {Trial} from '../schema/trial.ts';
import {type TableColumn, voidCodes} from './columns.ts';
import {shownNumber} from './number.ts';
import {isStreamed} from './trial-text.ts';

/** One level of one sweep; its trial is missing in a record that was cut. */
interface LevelOfSweep {
  readonly sweep: Sweep;
  readonly level: Sweep['levels'][number];
  readonly trial: Trial | undefined;
  /** What the level's throughput counts. */
  readonly counts: 'good requests' | ReturnType<typeof itemsOf>;
}

type Read = TableColumn<LevelOfSweep>['read'];
const column = (part: TableColumn<LevelOfSweep>['part'], key: string, title: string, unit: string, read: Read) => ({
  part,
  key,
  title,
  unit,
  read,
});

const throughputOf =
  (counts: LevelOfSweep['counts']): Read =>
  of =>
    of.counts === counts ? of.level.throughput : null;

const percent = (share: number | null) => (share === null ? null : share * 100);

const columns: readonly TableColumn<LevelOfSweep>[] = [
  column('label', 'stage', 'sweep', '', ({sweep}) => sweep.stage),
  column('label', 'repetition', 'rep', '', ({sweep}) => sweep.repetition),
  column('label', 'in_flight', 'in flight', '', ({sweep, level}) => (sweep.spec.over === 'rate' ? null : level.level)),
  column('label', 'rate', 'rate', 'req/s', ({sweep, level}) => (sweep.spec.over === 'rate' ? level.level : null)),
  column('measure', 'throughput', 'output', 'tok/s', throughputOf('output tokens')),
  column('measure', 'items_per_second', 'items', '/s', throughputOf('texts or documents')),
  column('measure', 'good_requests_per_second', 'good', 'req/s', throughputOf('good requests')),
  column('measure', 'ttft_p99_ms', 'TTFT p99', 'ms', ({level}) => level.ttftP99Ms),
  column('measure', 'good_percent', 'good', '%', ({level}) => percent(level.goodShare)),
  column('label', 'found', '', '', ({sweep, level}) => (sweep.found?.level === level.level ? 'found' : null)),
  column('label', 'void', 'void', '', ({trial}) => (trial === undefined ? null : voidCodes(trial))),
];

/** Those that have something to tell. */
export const sweepColumns = (levels: readonly LevelOfSweep[]): readonly TableColumn<LevelOfSweep>[] =>
  columns.filter(({read}) => levels.some(level => read(level) !== null));

export const levelsOf = ({sweeps, trials}: Pick<RunRecord, 'sweeps' | 'trials'>): readonly LevelOfSweep[] =>
  sweeps.flatMap(sweep => {
    const counts = sweep.spec.over === 'rate' ? 'good requests' : itemsOf(sweep, {trials});
    return sweep.levels.map(level => ({
      sweep,
      level,
      counts,
      trial: trials.find(({index}) => index === level.trial),
    }));
  });

/** What a sweep's throughput over concurrency counts. */
export const itemsOf = (sweep: Sweep, {trials}: Pick<RunRecord, 'trials'>): 'output tokens' | 'texts or documents' => {
  const trial = trials.find(({index}) => index === sweep.levels[0]?.trial);
  return trial === undefined || isStreamed(trial) ? 'output tokens' : 'texts or documents';
};

/** The chart of a sweep; null for one that was broken off in its first level. */
export const sweepChartFile = ({stage, repetition, levels}: Sweep): string | null =>
  levels.length === 0 ? null : `sweep-${stage}-${repetition}.png`;

/** `capacity#1: 64 in flight, 8120 output tokens/s: 128 instead of 64 in flight brought +1.9 % (less than 5.0 %)` */
export const sweepText = (sweep: Sweep, record: Pick<RunRecord, 'trials'>): string => {
  const {stage, repetition, spec, found, stopped} = sweep;
  const name = `${stage}#${repetition}`;
  if (found === null) return `${name}: not found: ${stopped}`;
  const throughput = shownNumber(found.throughput, '/s');
  // Beyond the highest rate nothing was tried.
  const rate = found.level >= spec.to ? `at least ${found.level}/s` : `${found.level}/s planned`;
  return spec.over === 'rate'
    ? `${name}: ${rate}, ${throughput} good requests/s: ${stopped}`
    : `${name}: ${found.level} in flight, ${throughput} ${itemsOf(sweep, record)}/s: ${stopped}`;
};
