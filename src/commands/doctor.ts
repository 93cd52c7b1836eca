import type {Engine} from '../engines/engine.ts';
import {engines} from '../engines/index.ts';
import {CutoverError, exitCodes} from '../errors.ts';
import {localNvidiaSmi} from '../gpu/local.ts';
import {readGpus} from '../gpu/nvidia-smi.ts';
import type {Options} from '../options.ts';
import type {DockerHost} from '../runtimes/docker/connect/host.ts';
import {mergeSettings} from '../runtimes/docker/container/settings.ts';
import {lockNameIsTaken} from '../runtimes/docker/engine-facts.ts';
import {findLeftovers} from '../runtimes/docker/ownership/leftovers.ts';
import type {ContainerSettings, StackPlan} from '../schema/stack.ts';
import type {Terminal} from '../terminal.ts';
import {byRole, chooseWhere, readHostSettings, readPlan} from './bring-up.ts';
import {lookForDocker, orFinding} from './doctor/docker.ts';
import {canStart, type Finding, note, type Outlook, seenFrom} from './doctor/findings.ts';
import {fitFinding} from './doctor/fit.ts';
import {dockerCheck, gpuChecks, toolkitCheck} from './doctor/machine-checks.ts';
import {lookAtPlan} from './doctor/plan.ts';
import {tokenCheck} from './doctor/plan-checks.ts';
import {runChecks} from './doctor/run-checks.ts';
import {doctorText} from './doctor/text.ts';

const startable = Object.values(engines).filter(({launch}) => launch !== null);

/**
 * Says what is there and what is missing for bringing up a real stack, with the fix for each, and which runtime `bench`
 * would choose. Starts and changes nothing. Resolves with the exit code; throws BAD_OPTIONS or BAD_STACK for a plan that
 * cannot be read, and INTERRUPTED.
 */
export const doctor = async (
  options: Options,
  {out, columns}: Pick<Terminal, 'out'> & {readonly columns: number},
  signal: AbortSignal,
): Promise<number> => {
  const {env: environment} = process;
  const named = options.engine === null ? null : engines[options.engine];
  const plan = named === null ? null : await readPlan(named, options);
  const hostSettings = await readHostSettings(options.dockerSettings);
  const [gpus, connected] = await Promise.all([readGpus(), lookForDocker(environment, signal)]);
  await using host = connected.host;
  const docker = connected.state;

  const choices = await Promise.all((named === null ? startable : [named]).map(engine => choiceFor(engine, options)));
  const runtime = choices.find(choice => isReal(choice.runtime))?.runtime ?? 'embedded';

  const looked = isReal(runtime) ? runtime : host === null && docker.local ? 'process' : 'docker';
  const models = byRole(options.model);
  const onGpu = gpusWanted(plan, hostSettings);
  const needed = looked === 'process' || onGpu.length > 0;
  const [gpuSettings] = needed ? onGpu : ['none' as const];
  const cardHere = looked === 'docker' && !docker.local ? null : localNvidiaSmi;
  const card = looked === 'docker' && Array.isArray(gpuSettings) ? gpuSettings[0] : undefined;
  const findings: readonly Finding[] = [
    dockerCheck(docker),
    ...gpuChecks(gpus, docker, {runtime: looked, needed}),
    ...[toolkitCheck(docker, gpuSettings)].filter(finding => finding !== null),
    ...(host === null ? [] : await orFinding('leftovers', lookAtRuns(host, needed))),
    ...(named === null || plan === null
      ? [note('plan', 'not looked at: no engine was named', `npm run doctor -- --engine ${startable[0]?.name}`)]
      : [
          ...(needed ? [await fitFinding({engine: named, plan, models}, cardHere, card)] : []),
          ...(await lookAtPlan({
            engine: named,
            plan,
            models,
            hostSettings,
            host,
            local: docker.local,
            runtime: looked,
            containers: options.dockerSettings !== null,
            python: options.python ?? 'python3',
            environment,
          })),
        ]),
    tokenCheck(Boolean(environment.HF_TOKEN)),
  ];
  const seen = seenFrom(runtime, findings);
  const outlooks = choices.map(
    ({refused, ...choice}): Outlook => ({...choice, canStart: !refused && canStart(choice.runtime, seen)}),
  );
  out(options.json ? `${JSON.stringify({findings: seen, outlooks}, null, 2)}\n` : doctorText(seen, outlooks, columns));
  return (outlooks.some(({canStart}) => canStart) ? exitCodes.done : exitCodes.engineDidNotStart).code;
};

/** What `bench` would choose. `refused`: it would end at once, since a Docker engine was named that does not answer. */
const choiceFor = async (engine: Engine, options: Options) => {
  try {
    const {runtime, why} = await chooseWhere(engine, options);
    return {engine: engine.name, runtime, why, refused: false};
  } catch (thrown) {
    if (!(thrown instanceof CutoverError) || thrown.code !== 'DOCKER_UNREACHABLE') throw thrown;
    return {engine: engine.name, runtime: 'docker' as const, why: `${thrown.message}.`, refused: true};
  }
};

/** What the plan's servers that use a GPU ask for, in their order; of no plan what the host's settings say. */
const gpusWanted = (plan: StackPlan | null, hostSettings: ContainerSettings) =>
  (plan?.servers ?? [{docker: {}}])
    .map(({docker}) => mergeSettings(plan?.docker ?? {}, docker, hostSettings).gpus)
    .filter(gpus => gpus !== 'none');

const lookAtRuns = async (host: DockerHost, needed: boolean): Promise<readonly Finding[]> => {
  const [runs, nameTaken] = await Promise.all([findLeftovers(host), lockNameIsTaken(host)]);
  return runChecks(runs, {needed, nameTaken});
};

const isReal = (runtime: string): runtime is 'docker' | 'process' => runtime === 'docker' || runtime === 'process';
