import {suites as allSuites} from '../../suites/index.ts';
import {type EngineName, engines} from '../engines/index.ts';
import {CutoverError, reasonOf} from '../errors.ts';
import {measureClientOverhead} from '../load/overhead.ts';
import {machineFacts} from '../machine/facts.ts';
import {gitState} from '../machine/git.ts';
import type {Options} from '../options.ts';
import {createRunFolder, runIdOf} from '../records/run-folder.ts';
import {renderTable} from '../report/table.ts';
import {projectRoot} from '../root.ts';
import type {Stack} from '../runtimes/stack.ts';
import {type RunRecord, schemaVersion} from '../schema/record.ts';
import {roleOf} from '../schema/suite.ts';
import type {Terminal} from '../terminal.ts';
import {combineHashes} from '../workloads/data-hash.ts';
import {bringUp, type Choice, chooseWhere} from './bring-up.ts';
import {writeExports} from './exports.ts';
import {runTrials} from './run-trials.ts';
import {planTrials} from './stages.ts';

export interface BenchContext {
  readonly options: Options & {readonly engine: EngineName};
  /** The words after `cutover`, for the record. */
  readonly argv: readonly string[];
  readonly version: string;
  readonly terminal: Terminal;
  readonly reportsDir: string;
  /** Aborted with a CutoverError INTERRUPTED by Ctrl-C. */
  readonly interrupted: AbortSignal;
}

/** The record as it stands before anything has been measured. */
const emptyRecord = async (
  {options, argv, version}: BenchContext,
  {runtime, gpus, plan}: Choice,
  runId: string,
): Promise<RunRecord> => {
  const git = await gitState(projectRoot);
  const engine = engines[options.engine];
  return {
    schemaVersion,
    runId,
    status: 'running',
    failure: null,
    evidence: runtime === 'embedded' ? 'simulated' : 'real',
    startedAt: new Date().toISOString(),
    endedAt: null,
    cutover: {version, gitCommit: git.commit, gitDirty: git.dirty},
    command: [...argv],
    engine: {name: engine.name, title: engine.title, version: null, runtime, stack: plan?.name ?? null, servers: []},
    machine: machineFacts(gpus),
    suites: [...options.suite],
    seed: options.seed,
    dataHash: combineHashes([]),
    clientOverhead: null,
    trials: [],
  };
};

const servers = (stack: Stack): RunRecord['engine']['servers'] =>
  stack.servers.map(({role, url, model, command, readySeconds, facts}) => ({
    role,
    url,
    model,
    command: command === null ? null : [...command],
    readySeconds,
    facts: {...facts},
  }));

const noteStack = (record: RunRecord, stack: Stack) => {
  record.evidence = stack.evidence;
  record.engine.servers = servers(stack);
  record.engine.version = stack.servers.find(({facts}) => facts.version !== null)?.facts.version ?? null;
};

const failedTrials = (record: RunRecord) => {
  const failed = record.trials.filter(({counts}) => counts.ok === 0);
  if (failed.length === 0) return;
  const why = failed.map(({suite, failures}) => `${suite}: ${failures[0]?.firstMessage ?? 'nothing was sent'}`);
  throw new CutoverError(
    'TRIAL_FAILED',
    `no request succeeded in ${failed.length} of ${record.trials.length} trials\n  ${why.join('\n  ')}`,
    {
      hint: 'Look at the failures in the record; --keep-raw 1 keeps what the server sent.',
    },
  );
};

const noteFailure = (record: RunRecord, thrown: unknown) => {
  const code = thrown instanceof CutoverError ? thrown.code : 'BUG';
  record.status = code === 'INTERRUPTED' ? 'interrupted' : 'failed';
  record.failure = {code, message: reasonOf(thrown)};
};

/**
 * Measures one engine: opens the run's folder, brings the stack up, runs every trial, and leaves a record that is
 * whole up to the last trial whatever happens. Throws a CutoverError for what ended it early.
 */
export const bench = async (context: BenchContext): Promise<void> => {
  const {options, terminal, interrupted, reportsDir} = context;
  const engine = engines[options.engine];
  const suites = options.suite.map(name => allSuites[name]);
  const trials = planTrials(suites, options);
  const roles = [...new Set(trials.map(({stage}) => roleOf(stage.workload.kind)))];

  const choice = await chooseWhere(engine, options);
  const runId = runIdOf(new Date(), engine.name, Math.random);
  await using folder = await createRunFolder({outDir: options.out, reportsDir, runId});
  terminal.note(choice.why);
  const record = await emptyRecord(context, choice, runId);
  await folder.save(record);
  try {
    await using down = new AsyncDisposableStack();
    try {
      const asked = {engine, choice, options, roles, logDir: folder.path};
      const stack = down.use(await bringUp({...asked, signal: interrupted, onLine: terminal.note}));
      noteStack(record, stack);
      record.clientOverhead = await measureClientOverhead();
      await runTrials({stack, record, folder, trials, options, progress: terminal.progress, interrupted});
      failedTrials(record);
      record.status = 'complete';
    } catch (thrown) {
      noteFailure(record, thrown);
      throw thrown;
    } finally {
      // Before the servers stop: that may take minutes, and somebody may lose patience with it.
      terminal.progress.finish();
      record.endedAt = new Date().toISOString();
      await folder.save(record);
    }
  } finally {
    if (record.trials.length > 0) await writeExports(options.format, {record, folder: folder.path}, terminal);
    if (options.json) terminal.out(`${JSON.stringify(record, null, 2)}\n`);
    else if (record.trials.length > 0) terminal.out(renderTable(record));
    terminal.note(`Record: ${folder.path}/record.json`);
  }
};
