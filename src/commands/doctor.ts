import {engines} from '../engines/index.ts';
import {CutoverError, exitCodes} from '../errors.ts';
import {localNvidiaSmi} from '../gpu/local.ts';
import {readGpus} from '../gpu/nvidia-smi.ts';
import type {Options} from '../options.ts';
import {connectDocker, type DockerHost} from '../runtimes/docker/connect/host.ts';
import {readEngineFacts} from '../runtimes/docker/engine-facts.ts';
import {findLeftovers} from '../runtimes/docker/ownership/leftovers.ts';
import type {Terminal} from '../terminal.ts';
import {chooseWhere, modelsOf, readHostSettings, readPlan} from './bring-up.ts';
import {canStart, type Finding, note, type Outlook, seenFrom} from './doctor/findings.ts';
import {fitFinding} from './doctor/fit.ts';
import {type DockerState, dockerCheck, gpuChecks, toolkitCheck} from './doctor/machine-checks.ts';
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
export const doctor = async (options: Options, {out}: Pick<Terminal, 'out'>, signal: AbortSignal): Promise<number> => {
  const {env: environment} = process;
  const named = options.engine === null ? null : engines[options.engine];
  const plan = named === null ? null : await readPlan(named, options);
  const hostSettings = await readHostSettings(options.dockerSettings);
  const [gpus, connected] = await Promise.all([readGpus(), connect(environment, signal)]);
  await using host = connected.host;
  const docker = host === null ? connected.state : {...connected.state, ...(await readEngineFacts(host))};

  const choices = await Promise.all(
    (named === null ? startable : [named]).map(async engine => ({
      engine: engine.name,
      // The size of a pool has no part in the choice, and is refused where the choice is no real engine.
      ...(await chooseWhere(engine, {...options, kvTokens: null})),
    })),
  );
  const runtime = choices.find(choice => isReal(choice.runtime))?.runtime ?? 'embedded';

  const looked = isReal(runtime) ? runtime : host === null ? 'process' : 'docker';
  const cardHere = looked === 'docker' && host?.local === false ? null : localNvidiaSmi;
  const models = modelsOf(options.model);
  const python = options.python ?? 'python3';
  const gpuSettings = hostSettings.gpus ?? plan?.docker.gpus;
  const needed = gpuSettings !== 'none';
  const findings: readonly Finding[] = [
    dockerCheck(docker),
    ...gpuChecks(gpus, docker, {needed}),
    ...[toolkitCheck(docker, gpuSettings)].filter(finding => finding !== null),
    ...(host === null ? [] : runChecks(await findLeftovers(host), {needed})),
    ...(named === null || plan === null
      ? [note('plan', 'not looked at: no engine was named', `npm run doctor -- --engine ${startable[0]?.name}`)]
      : [
          ...(!needed ? [] : [await fitFinding({engine: named, plan, models}, cardHere)]),
          ...(await lookAtPlan({
            engine: named,
            plan,
            models,
            hostSettings,
            host,
            runtime: looked,
            python,
            environment,
          })),
        ]),
    tokenCheck(Boolean(environment.HF_TOKEN)),
  ];
  const seen = seenFrom(runtime, findings);
  const outlooks = choices.map(
    ({engine, runtime, why}): Outlook => ({engine, runtime, why, canStart: canStart(runtime, seen)}),
  );
  out(options.json ? `${JSON.stringify({findings: seen, outlooks}, null, 2)}\n` : doctorText(seen, outlooks));
  return (outlooks.some(({canStart}) => canStart) ? exitCodes.done : exitCodes.engineDidNotStart).code;
};

const isReal = (runtime: string): runtime is 'docker' | 'process' => runtime === 'docker' || runtime === 'process';

type Connected =
  | {
      readonly host: DockerHost;
      readonly state: {readonly reachable: true; readonly name: string; readonly local: boolean};
    }
  | {readonly host: null; readonly state: Exclude<DockerState, {reachable: true}>};

const connect = async (environment: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Connected> => {
  try {
    const host = await connectDocker(environment, signal);
    return {host, state: {reachable: true, name: host.name, local: host.local}};
  } catch (thrown) {
    if (!(thrown instanceof CutoverError) || thrown.code !== 'DOCKER_UNREACHABLE') throw thrown;
    return {host: null, state: {reachable: false, reason: thrown.message, fix: thrown.hint ?? null}};
  }
};
