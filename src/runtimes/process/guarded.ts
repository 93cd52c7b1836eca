import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {execa} from 'execa';
import {projectRoot} from '../../root.ts';
import {signalGroup} from './group.ts';
import type {GuardReport} from './guard.ts';

/** How a server's first process ended. */
export interface Ending {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** A command that runs under a guard. */
export interface Guarded {
  /** The number of the first process and of its group. */
  readonly pid: number;
  /** Resolves at once when the first process has ended, for whatever reason. */
  readonly ended: Promise<Ending>;
  /** Stops the whole group and waits until it is gone. `killed` when SIGTERM was not enough. */
  stop(): Promise<{killed: boolean}>;
}

/** The command could not be started at all; `code` is the system's, for example ENOENT. */
export class LaunchFailure extends Error {
  override readonly name = 'LaunchFailure';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

interface GuardedOptions {
  readonly command: readonly string[];
  /** Added to this process's own environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Both of the command's outputs are appended here. */
  readonly logPath: string;
  /** Between SIGTERM and SIGKILL. */
  readonly graceSeconds: number;
}

// From the source tree also when this code runs from a bundle: Node runs the file as a program.
const guardPath = join(projectRoot, 'src/runtimes/process/guard.ts');

/** Starts a command so that nothing of it outlives this process, however this process ends. Throws LaunchFailure. */
export const startGuarded = async ({command, environment, logPath, graceSeconds}: GuardedOptions): Promise<Guarded> => {
  const guard = execa(process.execPath, [guardPath, logPath, String(graceSeconds * 1000), ...command], {
    env: environment,
    stdin: 'pipe',
    buffer: {stdout: false},
    reject: false,
    cleanup: false, // it must outlive this process to clean up after it
    detached: true, // nor may a signal to this process's group end it
  });

  const started = Promise.withResolvers<number>();
  const ended = Promise.withResolvers<Ending>();
  let stopped: {killed: boolean} | null = null;
  createInterface({input: guard.stdout}).on('line', line => {
    const report: GuardReport = JSON.parse(line);
    if (report.event === 'started') started.resolve(report.pid);
    else if (report.event === 'failed') started.reject(new LaunchFailure(report.code, report.message));
    else if (report.event === 'exited') ended.resolve({exitCode: report.exitCode, signal: report.signal});
    else stopped = {killed: report.killed};
  });
  const guardGone = guard.then(({shortMessage, stderr}) => {
    started.reject(new LaunchFailure('GUARD', `${shortMessage ?? 'the guard ended'}\n${stderr}`));
    ended.resolve({exitCode: null, signal: null});
  });

  const pid = await started.promise;
  return {
    pid,
    ended: ended.promise,
    stop: async () => {
      guard.stdin.end();
      await guardGone;
      if (stopped !== null) return stopped;
      signalGroup(pid, 'SIGKILL'); // somebody killed the guard
      return {killed: true};
    },
  };
};
