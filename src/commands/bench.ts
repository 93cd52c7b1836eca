import {suites as allSuites} from '../../suites/index.ts';
import {type EngineName, engines} from '../engines/index.ts';
import {CutoverError} from '../errors.ts';
import type {Cluster} from '../kubernetes/connect.ts';
import type {OpenShardsOptions} from '../load/shards/open-shards.ts';
import type {Options} from '../options.ts';
import {createRunFolder, type RunFolder, runIdOf} from '../records/run-folder.ts';
import type {RunRecord} from '../schema/record.ts';
import type {Role} from '../schema/request.ts';
import {serversFor} from '../schema/served-roles.ts';
import {rolesOf} from '../schema/stage.ts';
import type {Terminal} from '../terminal.ts';
import {bringUp, type Choice, chooseWhere} from './bring-up.ts';
import {loadFromPods} from './load-from-pods.ts';
import {countWithTokenizers, type LocalCounts, noteTokenLengths} from './note-token-lengths.ts';
import {reachCluster} from './reach-cluster.ts';
import {readTraces, tracesText} from './read-traces.ts';
import {emptyRecord, noteFailure, noteStack, stopAndNote} from './run-record.ts';
import {runTrials} from './run-trials.ts';
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
  /** What has the shards of --load-on k8s; pods when absent. */
  readonly openHosts?: OpenShardsOptions['openHosts'];
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
  /** Of the servers or the load; null where neither is in one. */
  readonly cluster: Cluster | null;
  readonly record: RunRecord;
  readonly folder: RunFolder;
}

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

/** An examination asks whatever a plan has; a load without its server cannot be. */
const wantedRoles = (stages: readonly PlannedStage[], {plan}: Choice): readonly Role[] => {
  const planned = (role: Role) => plan === null || serversFor(plan.servers, [role]).length > 0;
  return [
    ...new Set(stages.flatMap(({stage}) => rolesOf(stage).filter(role => !('examine' in stage) || planned(role)))),
  ];
};

/** Loaded only where it is needed. */
const byHand = async ({shard}: Options) => (shard === null ? null : await import('./shard-by-hand.ts'));

/** Brings the stack up, runs every trial and takes the stack down; the record on the disk is whole whatever it throws. */
const measure = async (
  {options, terminal, interrupted, openHosts}: BenchContext,
  {choice, stages, local, cluster, record, folder}: Begun,
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
    const {note} = terminal;
    const pods = await loadFromPods(
      {...{options, cluster, note, openHosts}, runId: record.runId, folder: folder.path},
      down,
    );
    const ground = pods ?? (await byHand(options))?.groundByHand(options, folder, note) ?? null;
    const run = {stack, record, folder, stages, options, progress: terminal.progress, interrupted};
    await runTrials({...run, ...(ground !== null && {ground})});
    failedTrials(record);
    // Not before the first request: by now the client's code is compiled as it was in the trials. Of other machines this one knows nothing.
    const {measureClientOverhead} = await import('../load/overhead.ts');
    if (pods === null) record.clientOverhead = await measureClientOverhead();
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
  (await byHand(options))?.refuseByHand(options, stages, Date.now());
  const local = await countWithTokenizers(options.tokenizer);

  const choice = await chooseWhere(engine, options);
  const cluster = await reachCluster(context);
  const runId = runIdOf(new Date(), engine.name, Math.random);
  await using folder = await createRunFolder({outDir: options.out, reportsDir, runId});
  terminal.note(`Runtime ${choice.runtime}: ${choice.why}`);
  for (const line of tracesText(traces)) terminal.note(line);
  const {argv, version} = context;
  const record = await emptyRecord({
    engine: options.engine,
    choice,
    runId,
    suites: options.suite,
    options,
    argv,
    version,
  });
  await folder.save(record);
  const failure = await measure(context, {choice, stages, local, cluster, record, folder}).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return {folder: folder.path, failure};
};
