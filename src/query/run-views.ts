import {columns, type TableColumn} from '../report/columns.ts';
import {serverColumns, serversOf} from '../report/server-columns.ts';
import {turnColumns, turnsOf} from '../report/turn-columns.ts';
import type {Finding} from '../schema/finding.ts';
import type {RunRecord} from '../schema/record.ts';
import type {Trial} from '../schema/trial.ts';
import type {StoredRun} from './stored.ts';
import {columnsOf, type View, type ViewColumn, viewOf} from './view.ts';

interface Within<Of> {
  readonly record: RunRecord;
  readonly of: Of;
}

const within = <Of>({record}: StoredRun, each: (record: RunRecord) => readonly Of[]): readonly Within<Of>[] =>
  each(record).map(of => ({record, of}));

const ofRun = <Of>(): readonly ViewColumn<Within<Of>>[] =>
  columnsOf('VARCHAR', {
    run_id: ({record}) => record.runId,
    engine: ({record}) => record.engine.name,
    engine_version: ({record}) => record.engine.version,
  });

/** Columns of the CSV exports that hold words; all others hold numbers. */
const words = [
  ...['suite', 'evidence', 'workload', 'load', 'data_hash', 'window', 'latency_from', 'void', 'gpu_clock_limits'],
  ...['role', 'compile_cache'],
];
const times = ['started_at'];

const ofTable = <Of>(table: readonly TableColumn<Of>[]): readonly ViewColumn<Within<Of>>[] =>
  table.map(({key, read}) => ({
    name: key,
    type: times.includes(key) ? 'TIMESTAMP' : words.includes(key) ? 'VARCHAR' : 'DOUBLE',
    read: ({of}) => read(of),
  }));

const trialIndex = <Of>(read: (of: Of) => Trial): readonly ViewColumn<Within<Of>>[] =>
  columnsOf('INTEGER', {trial: ({of}) => read(of).index});

type FindingOf = Finding & {readonly trial: Trial | null};
const findingsOf = (record: RunRecord): readonly FindingOf[] => [
  ...record.findings.map(finding => ({...finding, trial: null})),
  ...record.trials.flatMap(trial => trial.findings.map(finding => ({...finding, trial}))),
];

const levelsOf = ({sweeps}: RunRecord) => sweeps.flatMap(sweep => sweep.levels.map(level => ({sweep, level})));
type LevelOf = ReturnType<typeof levelsOf>[number];

const runs = viewOf('runs', 'one row a run', (run: StoredRun) => [run], [
  ...columnsOf<StoredRun>('VARCHAR', {
    run_id: ({record}) => record.runId,
    engine: ({record}) => record.engine.name,
    engine_version: ({record}) => record.engine.version,
    engine_title: ({record}) => record.engine.title,
    status: ({record}) => record.status,
    evidence: ({record}) => record.evidence,
  }),
  ...columnsOf<StoredRun>('TIMESTAMP', {
    started_at: ({record}) => record.startedAt,
    ended_at: ({record}) => record.endedAt,
  }),
  ...columnsOf<StoredRun>('VARCHAR', {
    cutover_version: ({record}) => record.cutover.version,
    git_commit: ({record}) => record.cutover.gitCommit,
  }),
  ...columnsOf<StoredRun>('BOOLEAN', {git_dirty: ({record}) => record.cutover.gitDirty}),
  ...columnsOf<StoredRun>('VARCHAR', {
    runtime: ({record}) => record.engine.runtime,
    stack: ({record}) => record.engine.stack,
  }),
  ...columnsOf<StoredRun>('VARCHAR[]', {
    suites: ({record}) => record.suites,
    gpus: ({record}) => record.machine.gpus.map(({name}) => name),
    drivers: ({record}) => [...new Set(record.machine.gpus.map(({driver}) => driver))],
    command: ({record}) => record.command,
  }),
  ...columnsOf<StoredRun>('INTEGER', {seed: ({record}) => record.seed}),
  ...columnsOf<StoredRun>('VARCHAR', {
    data_hash: ({record}) => record.dataHash,
    hostname: ({record}) => record.machine.hostname,
    decision_id: ({part}) => part?.decisionId ?? null,
    arm: ({part}) => part?.arm ?? null,
    folder: ({folder}) => folder,
  }),
]);

/** Every view whose rows are of one run. */
export const runViews: readonly View<StoredRun>[] = [
  runs,
  viewOf('trials', 'one row a trial, as in trials.csv', run => within(run, ({trials}) => trials), [
    ...ofRun<Trial>(),
    ...trialIndex<Trial>(trial => trial),
    ...ofTable(columns),
  ]),
  viewOf('turns', 'one row a turn of a trial, as in turns.csv', run => within(run, turnsOf), [
    ...ofRun<ReturnType<typeof turnsOf>[number]>(),
    ...trialIndex<ReturnType<typeof turnsOf>[number]>(({trial}) => trial),
    ...ofTable(turnColumns),
  ]),
  viewOf('servers', 'one row a server of a run, as in servers.csv', run => within(run, serversOf), [
    ...ofRun<ReturnType<typeof serversOf>[number]>(),
    ...ofTable(serverColumns),
  ]),
  viewOf('findings', 'what was said of a run (trial is null) or of a trial', run => within(run, findingsOf), [
    ...ofRun<FindingOf>(),
    ...columnsOf<Within<FindingOf>>('INTEGER', {trial: ({of}) => of.trial?.index ?? null}),
    ...columnsOf<Within<FindingOf>>('VARCHAR', {
      suite: ({of}) => of.trial?.suite ?? null,
      severity: ({of}) => of.severity,
      code: ({of}) => of.code,
      message: ({of}) => of.message,
      hint: ({of}) => of.hint,
    }),
  ]),
  viewOf('sweeps', 'one row a level of a sweep, with what the sweep found', run => within(run, levelsOf), [
    ...ofRun<LevelOf>(),
    ...columnsOf<Within<LevelOf>>('VARCHAR', {stage: ({of}) => of.sweep.stage}),
    ...columnsOf<Within<LevelOf>>('INTEGER', {
      repetition: ({of}) => of.sweep.repetition,
      trial: ({of}) => of.level.trial,
    }),
    ...columnsOf<Within<LevelOf>>('DOUBLE', {
      level: ({of}) => of.level.level,
      throughput: ({of}) => of.level.throughput,
      ttft_p99_ms: ({of}) => of.level.ttftP99Ms,
      good_share: ({of}) => of.level.goodShare,
      found_level: ({of}) => of.sweep.found?.level ?? null,
      found_throughput: ({of}) => of.sweep.found?.throughput ?? null,
    }),
    ...columnsOf<Within<LevelOf>>('VARCHAR', {stopped: ({of}) => of.sweep.stopped}),
  ]),
];
