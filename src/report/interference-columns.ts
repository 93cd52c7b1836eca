import type {RunRecord} from '../schema/record.ts';
import type {Trial} from '../schema/trial.ts';
import {type TableColumn, voidCodes} from './columns.ts';

/** A load that ran by itself and at the same time as others. */
interface Interference {
  readonly alone: Trial;
  readonly together: Trial;
}

type Read = TableColumn<Interference>['read'];
const column = (part: TableColumn<Interference>['part'], key: string, title: string, unit: string, read: Read) => ({
  part,
  key,
  title,
  unit,
  read,
});

const over = (together: number | null, alone: number | null): number | null =>
  together === null || alone === null || alone === 0 ? null : together / alone;

const voids = ({alone, together}: Interference): string | null => voidCodes(together) ?? voidCodes(alone);

/** Numbers of a void trial are shown, and nothing is worked out from them. */
const ratio =
  (read: (trial: Trial) => number | null): Read =>
  pair =>
    voids(pair) === null ? over(read(pair.together), read(pair.alone)) : null;

const kept: Read = pair => {
  const share = ratio(({requestsPerSecond}) => requestsPerSecond)(pair);
  return typeof share === 'number' ? share * 100 : null;
};

export const interferenceColumns: readonly TableColumn<Interference>[] = [
  column('label', 'suite', 'together', '', ({together}) => together.suite),
  column('label', 'repetition', 'rep', '', ({together}) => together.repetition),
  column('measure', 'e2e_p50_alone_ms', 'E2E p50 alone', 'ms', ({alone}) => alone.e2eMs?.p50 ?? null),
  column('measure', 'e2e_p50_together_ms', 'together', 'ms', ({together}) => together.e2eMs?.p50 ?? null),
  column(
    'measure',
    'e2e_p50_ratio',
    'ratio',
    '×',
    ratio(({e2eMs}) => e2eMs?.p50 ?? null),
  ),
  column('measure', 'e2e_p99_alone_ms', 'E2E p99 alone', 'ms', ({alone}) => alone.e2eMs?.p99 ?? null),
  column('measure', 'e2e_p99_together_ms', 'together', 'ms', ({together}) => together.e2eMs?.p99 ?? null),
  column(
    'measure',
    'e2e_p99_ratio',
    'ratio',
    '×',
    ratio(({e2eMs}) => e2eMs?.p99 ?? null),
  ),
  column(
    'measure',
    'ttft_p50_ratio',
    'TTFT p50 ratio',
    '×',
    ratio(({ttftMs}) => ttftMs?.p50 ?? null),
  ),
  column('measure', 'requests_kept_percent', 'requests kept', '%', kept),
  column('measure', 'failed', 'failed', '', ({together}) => together.counts.failed),
  column('label', 'void', 'void', '', voids),
];

/** The same load in the same repetition; the records are validated, so that equal specs have equal JSON. */
const identity = ({workload, load, repetition}: Trial) => JSON.stringify([workload, load, repetition]);

/** One row for each load that ran at the same time as others and, in the same repetition, by itself. */
export const interferencesOf = ({trials}: Pick<RunRecord, 'trials'>): readonly Interference[] => {
  const alone = new Map(trials.filter(({together}) => together === null).map(trial => [identity(trial), trial]));
  return trials.flatMap(together => {
    const counterpart = together.together === null ? undefined : alone.get(identity(together));
    return counterpart === undefined ? [] : [{alone: counterpart, together}];
  });
};
