import {join} from 'node:path';
import type {Engine} from '../engines/engine.ts';
import type {EngineName} from '../engines/index.ts';
import {CutoverError} from '../errors.ts';
import type {Neighbours} from '../gpu/around.ts';
import {readGpus} from '../gpu/nvidia-smi.ts';
import type {Options} from '../options.ts';
import {projectRoot} from '../root.ts';
import {chooseRuntime} from '../runtimes/choose.ts';
import type {DockerFacts} from '../runtimes/docker/probe.ts';
import {isServiceAddress} from '../runtimes/kubernetes/service-address.ts';
import type {ServerListener} from '../runtimes/server-handle.ts';
import type {BringUpListener, RuntimeName, Stack} from '../runtimes/stack.ts';
import type {Machine} from '../schema/record.ts';
import type {Role} from '../schema/request.ts';
import type {ContainerSettings, StackPlan} from '../schema/stack.ts';
import {clusterChoice} from './reach-cluster.ts';

export interface Choice {
  readonly runtime: RuntimeName;
  /** One line for the user. */
  readonly why: string;
  readonly gpus: Machine['gpus'];
  /** What the docker and process runtimes start, and the embedded one where a plan was named; null elsewhere. */
  readonly plan: StackPlan | null;
  /** What containers need on the Docker host, beyond the plan. */
  readonly hostSettings: ContainerSettings;
}

// Each runtime is imported when it is chosen: attaching to a server need not load what starts one, nor YAML and its schema.

/** The engine that was named, else that of the plan that was. Throws BAD_STACK. */
export const engineNamed = async ({engine, stack}: Pick<Options, 'engine' | 'stack'>): Promise<EngineName> => {
  if (engine !== null) return engine;
  if (stack === null) throw new TypeError('contradictions.ts lets nothing pass without an engine and a plan');
  const {readStackFile} = await import('../runtimes/stack-file.ts');
  return (await readStackFile(stack, join(projectRoot, 'docker', 'stacks'))).engine as EngineName; // it knows no others
};

export const readPlan = async (engine: Engine, {stack, kvTokens, pageSize}: Options): Promise<StackPlan> => {
  const name = stack ?? engine.launch?.defaultStack;
  if (name === undefined)
    throw new CutoverError('BAD_OPTIONS', `${engine.title} cannot be started by cutover`, {
      hint: 'Start it yourself and add --attach <URL>.',
    });
  const {readStackFile} = await import('../runtimes/stack-file.ts');
  const plan = await readStackFile(name, join(projectRoot, 'docker', 'stacks'));
  if (plan.engine !== engine.name)
    throw new CutoverError('BAD_OPTIONS', `--stack ${name} is a plan for ${plan.engine}, not for ${engine.name}`, {
      hint: `Write --engine ${plan.engine}, or name another plan.`,
    });
  return (await import('../runtimes/kv-pool.ts')).withKvPool(plan, engine, {kvTokens, pageSize});
};

/**
 * Looks at what the machine has only as far as the options leave it open. Throws BAD_STACK or BAD_OPTIONS for a plan
 * that cannot be started.
 */
export const chooseWhere = async (engine: Engine, options: Options): Promise<Choice> => {
  const facts = {
    attach: options.attach.length > 0,
    command: options.command !== null || options.python !== null,
    container: options.dockerSettings !== null,
    plan: options.stack !== null,
    explicit: options.runtime,
    startable: engine.launch !== null,
  };
  const open = !facts.attach && !facts.command && !facts.container && facts.explicit === null;
  const unknown = {reachable: false, reason: 'not asked', gpuRuntime: false};
  const [gpus, docker] = await Promise.all([
    facts.attach ? [] : readGpus(),
    open && facts.startable ? (await import('../runtimes/docker/probe.ts')).probeDocker() : unknown,
  ]);
  const installed =
    open && gpus.length > 0 && !docker.gpuRuntime
      ? await (await import('../runtimes/installed.ts')).engineInstalled(engine, 'python3')
      : null;
  refuseSilentDocker(docker, open);
  const chosen = chooseRuntime({...facts, docker, gpus: gpus.length, engineInstalled: installed});
  const {runtime} = chosen;
  const starts = runtime === 'process' || runtime === 'docker' || (runtime === 'embedded' && facts.plan);
  const hostSettings = await readHostSettings(options.dockerSettings);
  return {...chosen, gpus, plan: starts ? await readPlan(engine, options) : null, hostSettings};
};

/** Whoever names a Docker engine wants it: a simulation in its place would be found out by nobody who reads no stderr. */
const refuseSilentDocker = ({reachable, reason}: DockerFacts, asked: boolean): void => {
  const name = ['DOCKER_HOST', 'DOCKER_CONTEXT'].find(variable => process.env[variable]);
  if (!asked || reachable || name === undefined) return;
  throw new CutoverError('DOCKER_UNREACHABLE', `${name} names a Docker engine, and none answers there: ${reason}`, {
    hint: `Correct or unset ${name}; --runtime docker says more of the reason, --runtime embedded uses the simulated engine.`,
  });
};

export const byRole = (models: Options['model']): Partial<Record<Role, string>> => {
  const everywhere = models.findLast(({role}) => role === null)?.value;
  const named = Object.fromEntries(models.flatMap(({role, value}) => (role === null ? [] : [[role, value]])));
  return everywhere === undefined ? named : {chat: everywhere, embed: everywhere, rerank: everywhere, ...named};
};

export const readHostSettings = async (nameOrPath: string | null): Promise<ContainerSettings> => {
  if (nameOrPath === null) return {};
  const {readHostFile} = await import('../runtimes/docker/host-file.ts');
  return readHostFile(nameOrPath, join(projectRoot, 'docker', 'hosts'));
};

export interface BringUpOptions {
  readonly engine: Engine;
  readonly choice: Pick<Choice, 'runtime' | 'plan' | 'hostSettings'>;
  readonly options: Options;
  /** The roles that the suites need; no other server is started. */
  readonly roles: readonly Role[];
  readonly runId: string;
  /** The run's folder: gets one `<role>.log` for each server. */
  readonly folder: string;
  /** Whether another stack of this harness is up on the same GPU and has claimed it. */
  readonly gpuHeld?: boolean;
  /** Processes of that stack, whose memory is none of this one's. */
  readonly neighbours?: Neighbours;
  readonly signal: AbortSignal;
  readonly onLine: BringUpListener;
  /** Told of each server as soon as there is one; never where they are not started here. */
  readonly onServer?: ServerListener | undefined;
}

/** A stack that serves, on the runtime that was chosen. The caller disposes of it. */
export const bringUp = async ({
  engine,
  choice: {runtime, plan, hostSettings},
  options,
  roles,
  runId,
  folder,
  gpuHeld = false,
  neighbours = async () => [],
  signal,
  onLine,
  onServer,
}: BringUpOptions): Promise<Stack> => {
  const models = byRole(options.model);
  if (plan !== null && runtime === 'docker') {
    const {startDocker} = await import('../runtimes/docker/start.ts');
    const {env: environment} = process;
    return startDocker({
      engine,
      plan,
      models,
      roles,
      hostSettings,
      runId,
      folder,
      environment,
      gpuHeld,
      neighbours,
      signal,
      onLine,
      onServer,
    });
  }
  const python = options.python ?? 'python3';
  const {seed, fault: faults, kvTokens, pageSize: pageTokens, command: launcher} = options;
  const started = {engine, plan, python, models, roles, logDir: folder, signal, onLine, onServer};
  if (plan !== null && runtime === 'process') {
    const {startProcesses} = await import('../runtimes/process/start.ts');
    return startProcesses({...started, plan, launcher, host: '127.0.0.1', gpuHeld, neighbours});
  }
  if (runtime === 'attach') {
    const targets = options.attach.map(({role, value}) => ({role, url: value}));
    const attached = {engine, targets, models, signal, onLine};
    if (!targets.some(({url}) => isServiceAddress(url)))
      return (await import('../runtimes/attach.ts')).attachTo(attached);
    const {attachToServices} = await import('../runtimes/kubernetes/attach-services.ts');
    return attachToServices({...attached, folder: folder || null, choice: clusterChoice(options)});
  }
  const dialect = engine.simulatorDialect;
  if (dialect === null)
    throw new CutoverError('BAD_OPTIONS', `${engine.title} has no embedded simulation`, {hint: 'Add --attach <URL>.'});
  const model = models.chat ?? 'simulated-model';
  const simulated = {dialect, seed, faults, kvTokens, pageTokens};
  if (plan !== null)
    return (await import('../runtimes/embedded/stack.ts')).startEmbeddedStack({...started, ...simulated, plan});
  const {startEmbedded} = await import('../runtimes/embedded.ts');
  return startEmbedded({engine, model, ...simulated, signal, onLine, onServer});
};
