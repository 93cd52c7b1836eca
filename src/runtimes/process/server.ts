import {diagnose} from '../../engines/diagnose.ts';
import {CutoverError, type ErrorCode} from '../../errors.ts';
import {servedRoles} from '../../schema/served-roles.ts';
import {alsoServed} from '../also-served.ts';
import {interruptionOf} from '../interruption.ts';
import {readPages} from '../probe.ts';
import {waitUntilReady} from '../ready.ts';
import {maskOf} from '../secrets.ts';
import type {ServerListener} from '../server-handle.ts';
import type {RunningServer} from '../stack.ts';
import {startingLog} from '../starting-log.ts';
import {memoryOf, startupOf} from '../startup.ts';
import type {MemberStart, StartedServer} from '../topology/roster.ts';
import {followStart} from './follow-start.ts';
import {processesOfGroup, residentMiB, signalGroup} from './group.ts';
import {type Ending, type Guarded, LaunchFailure, startGuarded} from './guarded.ts';
import {readLogTail} from './log-tail.ts';

interface ServerOptions extends Omit<MemberStart, 'before'> {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly url: string;
  readonly logPath: string;
  readonly onLine: (line: string) => void;
  readonly onServer?: ServerListener | undefined;
}

/** Starts one server and waits until it is ready. Throws ENGINE_DID_NOT_START with the reason and the fix. */
export const startServer = async (options: ServerOptions): Promise<StartedServer> => {
  const {member, program, command, environment, url, logPath, signal, onDeath, onLine} = options;
  const {server} = member;
  const {launch, title: name} = program;
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
  const guarded = await launchCommand(options, mask.text(command[0] ?? ''));
  let stopping = false;
  let stopped: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    stopping = true;
    const askedMs = performance.now();
    const {killed} = await guarded.stop();
    onLine(
      killed
        ? `did not stop within ${launch.graceSeconds} s of SIGTERM, and was killed`
        : `stopped after ${((performance.now() - askedMs) / 1000).toFixed(1)} s`,
    );
  };
  const kill = async (): Promise<void> => {
    stopping = true;
    signalGroup(guarded.pid, 'SIGKILL');
    await guarded.stop();
    onLine('killed on purpose');
  };
  options.owe(() => {
    stopped ??= stop();
    return stopped;
  });
  const processes = () => processesOfGroup(guarded.pid);
  options.runsAs(processes);

  options.onServer?.({
    name: member.name,
    part: server.part,
    roles: servedRoles(server),
    kill: async () => signalGroup(guarded.pid, 'SIGKILL'),
    freeze: async () => signalGroup(guarded.pid, 'SIGSTOP'),
    thaw: async () => signalGroup(guarded.pid, 'SIGCONT'),
    network: null,
    hostMiB: () => residentMiB(guarded.pid),
    processes,
    memoryLimitGiB: null,
    runPython: null,
  });

  const startLog = followStart(logPath, startingLog({launch, mask: mask.text, say: onLine}));
  const readiness = await waitUntilReady({
    health: program.health,
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
  const {bodies, simulated} = await readPages(url, program.factPaths, signal);
  const facts = program.readFacts(bodies);
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
    innerUrl: url,
    simulated: simulated || readiness.simulated,
    kill: () => {
      stopped ??= kill();
      return stopped;
    },
  };
};

const launchCommand = async (options: ServerOptions, word: string): Promise<Guarded> => {
  const {command, environment, logPath, program} = options;
  try {
    return await startGuarded({command, environment, logPath, graceSeconds: program.launch.graceSeconds});
  } catch (thrown) {
    if (!(thrown instanceof LaunchFailure)) throw thrown;
    const why = thrown.code === 'ENOENT' ? 'there is no such command' : `${thrown.code}, ${thrown.message}`;
    throw new CutoverError('ENGINE_DID_NOT_START', `${program.title} could not be started with ${word}: ${why}`, {
      hint: "Activate the virtual environment that has it, or name its interpreter with --python, or an engine's command with --command.",
      cause: thrown,
    });
  }
};

const howItEnded = ({exitCode, signal}: Ending): string => {
  if (signal === 'SIGKILL') return 'was ended by SIGKILL (as the kernel does when memory runs out, see dmesg)';
  if (signal !== null) return `was ended by ${signal}`;
  return exitCode === null ? 'lost its guard process' : `exited with code ${exitCode}`;
};
