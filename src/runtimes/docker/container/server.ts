import {join} from 'node:path';
import type {ContainerCreateOptions} from 'dockerode';
import {diagnose} from '../../../engines/diagnose.ts';
import {CutoverError, type ErrorCode} from '../../../errors.ts';
import type {ServerContainer, ServerStartup} from '../../../schema/server.ts';
import {alsoServed} from '../../also-served.ts';
import {interruptionOf} from '../../interruption.ts';
import {readPages} from '../../probe.ts';
import {waitUntilReady} from '../../ready.ts';
import {maskOf} from '../../secrets.ts';
import type {ServerListener} from '../../server-handle.ts';
import type {RunningServer} from '../../stack.ts';
import {startingLog} from '../../starting-log.ts';
import {memoryOf, startupOf} from '../../startup.ts';
import type {MemberStart, StartedServer} from '../../topology/roster.ts';
import type {DockerHost} from '../connect/host.ts';
import {type ContainerPlan, commandOf, containerConfig, portKey, variablesOf, withoutUsualUlimits} from './config.ts';
import {containerHandle} from './container-handle.ts';
import {isLimitRefused, refusedByDocker} from './docker-refusal.ts';
import {endingText} from './ending-text.ts';
import {runContainer} from './run-container.ts';
import {publishOf} from './settings.ts';
import type {ContainerEnding} from './watch.ts';

interface ServerOptions extends Omit<MemberStart, 'before'> {
  readonly host: DockerHost;
  readonly plan: ContainerPlan;
  readonly image: ServerContainer;
  /** What happened before this container was made. */
  readonly before: Pick<ServerStartup, 'pullSeconds' | 'compileCache'>;
  /** The harness's environment: its secrets are masked too. */
  readonly environment: NodeJS.ProcessEnv;
  /** The run's folder. */
  readonly folder: string;
  /** Called when the Docker engine refuses the usual limits of processes, and the server is started without. */
  readonly onLimitsRefused: () => void;
  /** Called with its port of the Docker host. */
  readonly onPort: (port: number) => void;
  readonly onLine: (line: string) => void;
  readonly onServer?: ServerListener | undefined;
}

/** It has no requests to finish, and the first process of a container ignores SIGTERM until it has asked for it. */
const unreadyGraceSeconds = 5;

/** Starts one server in a container and waits until it is ready. Throws ENGINE_DID_NOT_START with the reason and the fix. */
export const startServer = async (options: ServerOptions): Promise<StartedServer> => {
  const {host, member, program, plan, image, before, environment, folder, signal, onDeath, onLine} = options;
  const {launch, server, settings} = plan;
  const command = commandOf(plan);
  const mask = maskOf(command, {...environment, ...variablesOf(plan)});
  const {title: name} = program;
  const logPath = join(folder, `${member.name}.log`);
  let ready = false;
  let readyAfterSeconds = Number.POSITIVE_INFINITY;
  let stopping = false;
  let killed = false;
  let stop: () => Promise<void> = async () => {};

  if (signal.aborted) throw interruptionOf(signal, `starting ${name}`);
  onLine(`starting ${image.image}: ${mask.words(command).join(' ')}`);
  const starting = startingLog({launch, mask: mask.text, say: onLine});
  const run = (config: ContainerCreateOptions) =>
    runContainer({
      host,
      config,
      graceSeconds: () => (ready ? launch.graceSeconds : Math.min(launch.graceSeconds, unreadyGraceSeconds)),
      logPath,
      mask: mask.text,
      // By the clock that says when it was ready, and no later than that: its last lines are read afterwards.
      onLogLine: (text, afterSeconds) => {
        if (!ready) starting.take(text, Math.min(afterSeconds, readyAfterSeconds));
      },
      onStopped: ({killed: hadTo, afterSeconds, graceSeconds}) => {
        if (killed) onLine('killed on purpose');
        else if (!hadTo) onLine(`stopped after ${afterSeconds.toFixed(1)} s`);
        else
          onLine(
            ready ? `did not stop within ${graceSeconds} s, and was killed` : 'was still starting, and has been killed',
          );
      },
      owe: end => {
        let ending: Promise<void> | null = null;
        stop = () => {
          stopping = true;
          ending ??= end();
          return ending;
        };
        options.owe(stop);
      },
      onLine,
    });
  const config = containerConfig(plan);
  const container = await run(config)
    .catch((thrown: unknown) => {
      const modest = isLimitRefused(thrown) ? withoutUsualUlimits(config, settings) : null;
      if (modest === null) throw thrown;
      options.onLimitsRefused();
      return run(modest);
    })
    .catch((thrown: unknown) => {
      throw refusedByDocker(`${name} could not be started`, thrown, mask.text);
    });

  const handle = containerHandle({
    name: member.name,
    host,
    id: container.id,
    plan,
    reached: port => host.reach(publishOf(settings), port),
  });
  options.runsAs(() => handle.processes());
  options.onServer?.(handle);

  /** An error about this server, with the last lines of its log and what they mean. */
  const failure = (code: ErrorCode, what: string, fix: string | null = null): CutoverError => {
    const logTail = [...container.log.tail()];
    const found = fix === null ? diagnose(logTail, launch.deathSigns) : null;
    const reason = found === null ? '' : `: ${found.reason}`;
    const hint = fix ?? found?.fix ?? `Read its log: ${logPath}`;
    return new CutoverError(code, mask.text(`${name} ${what}${reason}`), {hint, logTail});
  };
  const death = async (code: ErrorCode, ending: ContainerEnding, when: string): Promise<CutoverError> => {
    await container.log.readToEnd().catch(() => {}); // what was read until then must do
    const {what, fix} = endingText(ending, settings.memoryGiB ?? null);
    return failure(code, `${what} ${when}`, fix);
  };

  const port = container.hostPort(portKey(server));
  if (port === null) throw await death('ENGINE_DID_NOT_START', await container.ended, 'as soon as it was started');
  options.onPort(port);
  const url = await host.reach(publishOf(settings), port);
  const readiness = await waitUntilReady({
    health: program.health,
    url,
    ended: container.ended,
    startedMs: container.startedMs,
    withinSeconds: server.readyWithinSeconds,
    signal,
    onWaiting: starting.waiting,
  });
  if (readiness.state === 'late')
    throw failure('ENGINE_DID_NOT_START', `was not ready within ${server.readyWithinSeconds} s (${readiness.cause})`);
  if (readiness.state === 'ended')
    throw await death(
      'ENGINE_DID_NOT_START',
      await container.ended,
      `after ${readiness.afterSeconds.toFixed(1)} s, before it was ready`,
    );
  readyAfterSeconds = readiness.afterSeconds;
  await container.log.catchUp().catch(() => {}); // from here on only the end of the container is waited for
  const told = starting.finish();
  ready = true;
  onLine(`ready after ${readiness.afterSeconds.toFixed(1)} s`);

  void container.ended.then(async ending => {
    const error = await death('ENGINE_DIED', ending, 'while it should serve');
    if (!stopping) onDeath(error);
  });
  const {bodies, simulated} = await readPages(url, program.factPaths, signal);
  const facts = program.readFacts(bodies);
  const running: RunningServer = {
    role: server.role,
    url,
    model: facts.model ?? server.model, // the engine may serve it under another name, which requests must use
    facts,
    command: mask.words(command),
    readySeconds: rounded(readiness.afterSeconds),
    container: image,
    startup: startupOf(told, {...before, createSeconds: rounded(container.createSeconds)}),
    memory: memoryOf(told, facts),
  };
  return {
    server: running,
    also: alsoServed(running, server),
    innerUrl: `http://${plan.alias ?? plan.name}:${server.port}`,
    simulated: simulated || readiness.simulated,
    kill: async () => {
      stopping = true;
      killed = true;
      await handle.kill();
      await stop(); // removes it: its name is free again
    },
  };
};

const rounded = (seconds: number) => Math.round(seconds * 100) / 100;
