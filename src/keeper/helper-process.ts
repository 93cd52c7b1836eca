import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, openSync} from 'node:fs';
import {mkdir, readFile} from 'node:fs/promises';
import {dirname} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {CutoverError} from '../errors.ts';
import {programPath} from '../root.ts';
import type {HelperProcess} from '../schema/rehearsal.ts';

export interface HelperOptions {
  /** The command and its flags: `up --engine vllm …`. */
  readonly argv: readonly string[];
  /** Its stderr is appended here; its stdout lies beside it as `….out`. */
  readonly log: string;
  /** How many lines it prints on stdout before it is of use. */
  readonly lines: number;
  readonly environment?: NodeJS.ProcessEnv;
  readonly withinMs?: number;
}

/** What a helper has printed, and by which it is found again. */
export interface StartedHelper {
  readonly pid: number;
  readonly startTicks: string | null;
  readonly printed: readonly string[];
}

const pollMs = 20;

/**
 * Starts this program with another command in a session of its own, so that it outlives this process and its terminal, and waits for
 * its first lines on stdout. Throws ENGINE_DID_NOT_START with the end of its log when it ends before, or is late.
 */
export const startHelper = async (options: HelperOptions): Promise<StartedHelper> => {
  const {argv, log, lines, environment = process.env, withinMs = 60_000} = options;
  await mkdir(dirname(log), {recursive: true});
  const outPath = `${log}.out`;
  const [out, errors] = [openSync(outPath, 'w'), openSync(log, 'a')];
  const child = spawn(process.execPath, [programPath, ...argv], {
    detached: true,
    stdio: ['ignore', out, errors],
    env: environment,
  });
  closeSync(out);
  closeSync(errors);
  await once(child, 'spawn');
  child.unref();
  const pid = child.pid as number;

  const untilMs = performance.now() + withinMs;
  for (;;) {
    const ended = child.exitCode !== null || child.signalCode !== null;
    const printed = (await readFile(outPath, 'utf8')).split('\n').slice(0, -1);
    if (printed.length >= lines) return {pid, startTicks: await startTicksOf(pid), printed};
    if (ended || performance.now() > untilMs) {
      const how = ended
        ? `ended with ${child.signalCode ?? `code ${child.exitCode}`}`
        : `said nothing for ${withinMs} ms`;
      if (!ended) process.kill(pid, 'SIGTERM');
      const logTail = (await readFile(log, 'utf8')).trimEnd().split('\n').slice(-20);
      throw new CutoverError('ENGINE_DID_NOT_START', `cutover ${argv[0]} ${how} before it was of use`, {
        hint: `Its log: ${log}`,
        logTail,
      });
    }
    await delay(pollMs);
  }
};

/** When a process was started, in clock ticks since the machine's start; null where it is gone, or there is no /proc. */
export const startTicksOf = async (pid: number): Promise<string | null> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // see proc_pid_stat(5)
  return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
};

/** Whether the process that was noted still runs; where there is no /proc, whether one of that number does. */
export const stillRuns = async ({pid, startTicks}: Pick<HelperProcess, 'pid' | 'startTicks'>): Promise<boolean> => {
  if (startTicks !== null) return (await startTicksOf(pid)) === startTicks;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
