import {suites as allSuites} from '../../suites/index.ts';
import {type EngineName, engines} from '../engines/index.ts';
import {CutoverError, reasonOf} from '../errors.ts';
import {readGpus} from '../gpu/nvidia-smi.ts';
import {machineFacts} from '../machine/facts.ts';
import {gitState} from '../machine/git.ts';
import type {Options} from '../options.ts';
import {createRunFolder, type RunFolder, runIdOf} from '../records/run-folder.ts';
import {projectRoot} from '../root.ts';
import {maskOf} from '../runtimes/secrets.ts';
import type {Stack} from '../runtimes/stack.ts';
import type {RunRecord} from '../schema/record.ts';
import type {Role} from '../schema/request.ts';
import {rolesOf} from '../schema/stage.ts';
import {schemaVersion} from '../schema/version.ts';
import type {Terminal} from '../terminal.ts';
import {combineHashes} from '../workloads/data-hash.ts';
import {bringUp, type Choice, chooseWhere} from './bring-up.ts';
import {countWithTokenizers, type LocalCounts, noteTokenLengths} from './note-token-lengths.ts';
import {readTraces, tracesText} from './read-traces.ts';
import {runTrials} from './run-trials.ts';
import {completeMemory, type StackMemory} from './server-memory.ts';
import {type PlannedStage, planStages} from './stages.ts';
import {withLengths} from './workload-with.ts';

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

/** A run that is over. */
export interface BenchedRun {
  readonly folder: string;
  /** What ended it early, mostly a CutoverError; null when nothing did. */
  readonly failure: unknown;
}

/** A run that can be measured. */
interface Begun {
  readonly choice: Choice;
  readonly stages: readonly PlannedStage[];
  /** By the tokenizers that were named. */
  readonly local: LocalCounts;
  readonly record: RunRecord;
  readonly folder: RunFolder;
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
    command: [...maskOf(options.command ?? [], process.env).words(argv)],
    engine: {name: engine.name, title: engine.title, version: null, runtime, stack: plan?.name ?? null, servers: []},
    machine: machineFacts(gpus),
    suites: [...options.suite],
    seed: options.seed,
    dataHash: combineHashes([]),
    clientOverhead: null,
    gpu: null,
    tokenLengths: [],
    sweeps: [],
    examinations: [],
    findings: [],
    trials: [],
  };
};

const servers = (stack: Stack, {servers: memory}: StackMemory): RunRecord['engine']['servers'] =>
  stack.servers.map(({role, url, model, command, readySeconds, container, startup, facts}, index) => ({
    role,
    url,
    model,
    command: command === null ? null : [...command],
    readySeconds,
    container,
    startup,
    memory: memory[index] ?? null,
    facts: {...facts},
  }));

const noteStack = async (record: RunRecord, stack: Stack): Promise<void> => {
  const memory = await completeMemory(stack);
  record.evidence = stack.evidence;
  record.engine.servers = servers(stack, memory);
  record.findings.push(...memory.findings);
  if (record.machine.gpus.length === 0 && stack.nvidiaSmi !== null)
    record.machine.gpus = await readGpus(stack.nvidiaSmi);
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

/** The record was saved before: what is added here tells of the GPU's memory after the servers, and is null elsewhere. */
const stopAndNote = async (stack: Stack, record: RunRecord, folder: RunFolder): Promise<void> => {
  const {gpu, findings} = await stack.stop();
  if (gpu === null) return;
  record.gpu = gpu;
  record.findings.push(...findings);
  await folder.save(record).catch(() => {}); // what kept it from being saved kept the save before it too, and was thrown
};

/** An examination asks whatever a plan has; a load without its server cannot be. */
const wantedRoles = (stages: readonly PlannedStage[], {plan}: Choice): readonly Role[] => {
  const planned = (role: Role) => plan === null || plan.servers.some(server => server.role === role);
  return [
    ...new Set(stages.flatMap(({stage}) => rolesOf(stage).filter(role => !('examine' in stage) || planned(role)))),
  ];
};

/** Brings the stack up, runs every trial and takes the stack down; the record on the disk is whole whatever it throws. */
const measure = async (
  {options, terminal, interrupted}: BenchContext,
  {choice, stages, local, record, folder}: Begun,
): Promise<void> => {
  const engine = engines[options.engine];
  const roles = wantedRoles(stages, choice);
  /** Before the servers stop: that may take minutes, and somebody may lose patience with it. */
  const close = async () => {
    terminal.progress.finish();
    record.endedAt = new Date().toISOString();
    await folder.save(record);
  };
  await using down = new AsyncDisposableStack();
  try {
    const asked = {engine, choice, options, roles, runId: record.runId, folder: folder.path};
    const stack = await bringUp({...asked, signal: interrupted, onLine: terminal.note});
    down.defer(() => stopAndNote(stack, record, folder));
    await noteStack(record, stack);
    const signal = AbortSignal.any([interrupted, stack.died]);
    await noteTokenLengths(record, {stack, stages: stages.map(({stage}) => stage), local, signal});
    await folder.save(record); // a harness that is killed in its first trial has said by then what it measured
    await runTrials({stack, record, folder, stages, options, progress: terminal.progress, interrupted});
    failedTrials(record);
    // Not before the first request: by now the client's code is compiled as it was in the trials.
    const {measureClientOverhead} = await import('../load/overhead.ts');
    record.clientOverhead = await measureClientOverhead();
    record.status = 'complete';
  } catch (thrown) {
    noteFailure(record, thrown);
    // What ended the run is the reason that counts, also where the record cannot be written any more.
    await close().catch(() => {});
    throw thrown;
  }
  await close();
};

/**
 * Measures one engine: opens the run's folder, brings the stack up, runs every trial, and leaves a record that is whole
 * up to the last trial whatever happens; showing it is left to others. Throws what kept a run from being begun.
 */
export const bench = async (context: BenchContext): Promise<BenchedRun> => {
  const {options, terminal, reportsDir} = context;
  const engine = engines[options.engine];
  const suites = options.suite.map(name => allSuites[name]);
  const traces = await readTraces(suites, options.trace);
  const stages = planStages(suites, await withLengths(options), traces);
  const local = await countWithTokenizers(options.tokenizer);

  const choice = await chooseWhere(engine, options);
  const runId = runIdOf(new Date(), engine.name, Math.random);
  await using folder = await createRunFolder({outDir: options.out, reportsDir, runId});
  terminal.note(`Runtime ${choice.runtime}: ${choice.why}`);
  for (const line of tracesText(traces)) terminal.note(line);
  const record = await emptyRecord(context, choice, runId);
  await folder.save(record);
  const failure = await measure(context, {choice, stages, local, record, folder}).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return {folder: folder.path, failure};
};
