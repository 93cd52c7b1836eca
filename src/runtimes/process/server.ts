import {diagnose} from '../../engines/diagnose.ts';
import type {Engine} from '../../engines/engine.ts';
import {CutoverError, type ErrorCode} from '../../errors.ts';
import {servedRoles} from '../../schema/served-roles.ts';
import type {StackServer} from '../../schema/stack.ts';
import {alsoServed} from '../also-served.ts';
import {interruptionOf} from '../interruption.ts';
import {readPages} from '../probe.ts';
import {waitUntilReady} from '../ready.ts';
import {maskOf} from '../secrets.ts';
import type {ServerListener} from '../server-handle.ts';
import type {RunningServer} from '../stack.ts';
import type {StartedServer} from '../started-stack.ts';
import {startingLog} from '../starting-log.ts';
import {memoryOf, startupOf} from '../startup.ts';
import {followStart} from './follow-start.ts';
import {processesOfGroup, residentMiB, signalGroup} from './group.ts';
import {type Ending, type Guarded, LaunchFailure, startGuarded} from './guarded.ts';
import {readLogTail} from './log-tail.ts';

interface ServerOptions {
  readonly engine: Engine;
  readonly launch: NonNullable<Engine['launch']>;
  readonly server: StackServer;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly url: string;
  readonly logPath: string;
  /** Takes over the duty to stop the process, as soon as there is one. */
  readonly owe: (stop: () => Promise<void>) => void;
  readonly signal: AbortSignal;
  /** Called once, if the server ends after it was ready and before it was asked to stop. */
  readonly onDeath: (error: CutoverError) => void;
  readonly onLine: (line: string) => void;
  readonly onServer?: ServerListener | undefined;
}

/** Starts one server and waits until it is ready. Throws ENGINE_DID_NOT_START with the reason and the fix. */
export const startServer = async (options: ServerOptions): Promise<StartedServer> => {
  const {engine, launch, server, command, environment, url, logPath, owe, signal, onDeath, onLine} = options;
  const name = `The ${server.role} server (${engine.title}, ${server.model})`;
  const mask = maskOf(command, {...process.env, ...environment});

  /** An error about this server, with the last lines of its log and what they mean. */
  const failure = async (code: ErrorCode, what: string): Promise<CutoverError> => {
    const logTail = (await readLogTail(logPath)).map(mask.text);
    const found = diagnose(logTail, launch.deathSigns);
    const reason = found === null ? '' : `: ${found.reason}`;
    return new CutoverError(code, `${name} ${what}${reason}`, {
      hint: found?.fix ?? `Read its log: ${logPath}`,
      logTail,
    });
  };

  if (signal.aborted) throw interruptionOf(signal, `starting ${name}`);
  onLine(`starting ${mask.words(command).join(' ')}`);
  const guarded = await launchCommand(options, name, mask.text(command[0] ?? ''));
  let stopping = false;
  owe(async () => {
    stopping = true;
    const askedMs = performance.now();
    const {killed} = await guarded.stop();
    onLine(
      killed
        ? `did not stop within ${launch.graceSeconds} s of SIGTERM, and was killed`
        : `stopped after ${((performance.now() - askedMs) / 1000).toFixed(1)} s`,
    );
  });

  options.onServer?.({
    roles: servedRoles(server),
    kill: async () => signalGroup(guarded.pid, 'SIGKILL'),
    freeze: async () => signalGroup(guarded.pid, 'SIGSTOP'),
    thaw: async () => signalGroup(guarded.pid, 'SIGCONT'),
    network: null,
    hostMiB: () => residentMiB(guarded.pid),
    processes: () => processesOfGroup(guarded.pid),
    memoryLimitGiB: null,
    runPython: null,
  });

  const startLog = followStart(logPath, startingLog({launch, mask: mask.text, say: onLine}));
  const readiness = await waitUntilReady({
    engine,
    url,
    ended: guarded.ended,
    withinSeconds: server.readyWithinSeconds,
    signal,
    onWaiting: startLog.waiting,
  });
  if (readiness.state === 'late')
    throw await failure(
      'ENGINE_DID_NOT_START',
      `was not ready within ${server.readyWithinSeconds} s (${readiness.cause})`,
    );
  if (readiness.state === 'ended')
    throw await failure(
      'ENGINE_DID_NOT_START',
      `${howItEnded(await guarded.ended)} after ${readiness.afterSeconds.toFixed(1)} s, before it was ready`,
    );
  const told = await startLog.finish(readiness.afterSeconds);
  onLine(`ready after ${readiness.afterSeconds.toFixed(1)} s`);

  void guarded.ended.then(async ending => {
    if (!stopping) onDeath(await failure('ENGINE_DIED', `${howItEnded(ending)} while it should serve`));
  });
  const {bodies, simulated} = await readPages(url, engine.factPaths, signal);
  const facts = engine.readFacts(bodies);
  const readySeconds = Math.round(readiness.afterSeconds * 100) / 100;
  const model = facts.model ?? server.model; // the engine may serve it under another name, which requests must use
  const running: RunningServer = {
    role: server.role,
    url,
    model,
    facts,
    command: mask.words(command),
    readySeconds,
    container: null,
    startup: startupOf(told, {pullSeconds: null, createSeconds: null, compileCache: null}),
    memory: memoryOf(told, facts),
  };
  return {
    server: running,
    also: alsoServed(running, server),
    processes: async () => processesOfGroup(guarded.pid),
    simulated: simulated || readiness.simulated,
  };
};

const launchCommand = async (options: ServerOptions, name: string, program: string): Promise<Guarded> => {
  const {command, environment, logPath, launch} = options;
  try {
    return await startGuarded({command, environment, logPath, graceSeconds: launch.graceSeconds});
  } catch (thrown) {
    if (!(thrown instanceof LaunchFailure)) throw thrown;
    const why = thrown.code === 'ENOENT' ? 'there is no such command' : `${thrown.code}, ${thrown.message}`;
    throw new CutoverError('ENGINE_DID_NOT_START', `${name} could not be started with ${program}: ${why}`, {
      hint: 'Activate the virtual environment that has the engine, or name its interpreter with --python, or the command with --command.',
      cause: thrown,
    });
  }
};

const howItEnded = ({exitCode, signal}: Ending): string => {
  if (signal === 'SIGKILL') return 'was ended by SIGKILL (as the kernel does when memory runs out, see dmesg)';
  if (signal !== null) return `was ended by ${signal}`;
  return exitCode === null ? 'lost its guard process' : `exited with code ${exitCode}`;
};
