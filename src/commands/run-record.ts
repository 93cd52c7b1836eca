import {isDeepStrictEqual} from 'node:util';
import {type EngineName, engines} from '../engines/index.ts';
import {CutoverError, reasonOf} from '../errors.ts';
import {readGpus} from '../gpu/nvidia-smi.ts';
import {machineFacts} from '../machine/facts.ts';
import {gitState} from '../machine/git.ts';
import type {Options} from '../options.ts';
import type {RunFolder} from '../records/run-folder.ts';
import {projectRoot} from '../root.ts';
import {maskOf} from '../runtimes/secrets.ts';
import type {Stack} from '../runtimes/stack.ts';
import type {Finding} from '../schema/finding.ts';
import type {RunRecord} from '../schema/record.ts';
import {schemaVersion} from '../schema/version.ts';
import {combineHashes} from '../workloads/data-hash.ts';
import {refuseAnotherServer} from './another-server.ts';
import type {Choice} from './bring-up.ts';
import {completeMemory, type StackMemory} from './server-memory.ts';

/** How a record of one engine begins and ends, and what its stack adds to it. */

interface EmptyRecord {
  readonly engine: EngineName;
  readonly choice: Pick<Choice, 'runtime' | 'gpus' | 'plan'>;
  readonly runId: string;
  readonly suites: readonly string[];
  readonly options: Pick<Options, 'seed' | 'command'>;
  /** The words after `cutover`. */
  readonly argv: readonly string[];
  readonly version: string;
}

/** The record as it stands before anything has been measured. */
export const emptyRecord = async ({
  engine: name,
  choice: {runtime, gpus, plan},
  runId,
  suites,
  options,
  argv,
  version,
}: EmptyRecord): Promise<RunRecord> => {
  const git = await gitState(projectRoot);
  const engine = engines[name];
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
    suites: [...suites],
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

export const serversOf = (stack: Stack, {servers: memory}: StackMemory): RunRecord['engine']['servers'] =>
  stack.servers.map(
    ({role, url, model, command, readySeconds, container, startup, facts, members, kubernetes}, index) => ({
      role,
      url,
      model,
      command: command === null ? null : [...command],
      readySeconds,
      container,
      startup,
      memory: memory[index] ?? null,
      facts: {...facts},
      ...(members !== undefined && {members: [...members]}),
      ...(kubernetes !== undefined && {kubernetes}),
    }),
  );

/** A stack that is brought up for every pair finds the same each time. */
const noteOnce = ({findings: noted}: RunRecord, findings: readonly Finding[]): void => {
  for (const finding of findings) if (!noted.some(other => isDeepStrictEqual(other, finding))) noted.push(finding);
};

/**
 * What the record tells of a stack that has come up; of one that was brought up again, of the last. Throws ENGINE_DIED where
 * a service of a cluster has another server meanwhile.
 */
export const noteStack = async (record: RunRecord, stack: Stack): Promise<void> => {
  const memory = await completeMemory(stack);
  const servers = serversOf(stack, memory);
  refuseAnotherServer(record, servers);
  record.evidence = stack.evidence;
  record.engine.servers = servers;
  noteOnce(record, memory.findings);
  if (record.machine.gpus.length === 0 && stack.nvidiaSmi !== null)
    record.machine.gpus = await readGpus(stack.nvidiaSmi);
  record.engine.version = stack.servers.find(({facts}) => facts.version !== null)?.facts.version ?? null;
};

export const noteFailure = (record: Pick<RunRecord, 'status' | 'failure'>, thrown: unknown) => {
  const code = thrown instanceof CutoverError ? thrown.code : 'BUG';
  record.status = code === 'INTERRUPTED' ? 'interrupted' : 'failed';
  record.failure = {code, message: reasonOf(thrown)};
};

/** The record was saved before: what is added here tells of the GPU's memory after the servers, where it is known, and of what befell them. */
export const stopAndNote = async (stack: Stack, record: RunRecord, folder: RunFolder): Promise<void> => {
  const {gpu, findings} = await stack.stop();
  if (gpu === null && findings.length === 0) return;
  record.gpu = gpu ?? record.gpu;
  noteOnce(record, findings);
  await folder.save(record).catch(() => {}); // what kept it from being saved kept the save before it too, and was thrown
};
