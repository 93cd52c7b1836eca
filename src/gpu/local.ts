import {type ChildProcess, execFile, spawn} from 'node:child_process';
import {once} from 'node:events';
import {promisify} from 'node:util';
import {splitLines} from './lines.ts';
import type {NvidiaSmi} from './nvidia-smi.ts';

/** A healthy nvidia-smi answers in under a second, a first call without persistence mode in a few. */
const limitMs = 10_000;
/** It ends of a SIGTERM within milliseconds, unless a driver holds it up. */
const graceMs = 2000;

const command = 'nvidia-smi';
const run = promisify(execFile);

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill();
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await ended;
  clearTimeout(timer);
};

/**
 * nvidia-smi on this machine. One that follows dies of a broken pipe at its next row when this process is gone, kill -9
 * included (seen with driver 580).
 */
export const localNvidiaSmi: NvidiaSmi = {
  read: args =>
    run(command, [...args], {timeout: limitMs}).then(
      ({stdout}) => stdout,
      () => null,
    ),

  async follow(args, onLine) {
    const child = spawn(command, args, {stdio: ['ignore', 'pipe', 'ignore']});
    child.stdout.setEncoding('utf8').on('data', splitLines(onLine));
    await once(child, 'spawn'); // rejects with the reason where there is no such command
    child.on('error', () => {}); // a signal that could not be sent to it
    return {[Symbol.asyncDispose]: () => stop(child)};
  },
};
