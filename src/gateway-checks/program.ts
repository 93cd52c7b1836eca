import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {projectRoot} from '../root.ts';
import type {Held, ProbeOrder} from './probe.ts';

/** A command of this program in a process of its own, which can be asked what it holds. */
export interface Program extends AsyncDisposable {
  readonly pid: number;
  /** What it said on standard output when it was ready. */
  readonly said: readonly string[];
  held(order: ProbeOrder): Promise<Held>;
  /** How it ended, with its last words; null while it runs. */
  ended(): string | null;
}

const startWithinMs = 30_000;
const endWithinMs = 10_000;
const keptWords = 20;

/** Resolves when it has said `lines` lines; rejects with its last words when it ends before. */
export const startProgram = async (
  words: readonly string[],
  lines: number,
  nodeFlags: readonly string[] = [],
): Promise<Program> => {
  const probe = join(projectRoot, 'src', 'gateway-checks', 'probe.ts');
  const start = join(projectRoot, 'src', 'start.js');
  const child = spawn(process.execPath, ['--expose-gc', '--import', probe, ...nodeFlags, start, ...words], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const lastWords: string[] = [];
  createInterface({input: child.stderr as NodeJS.ReadableStream}).on('line', line => {
    lastWords.push(line);
    if (lastWords.length > keptWords) lastWords.shift();
  });
  const ended = () =>
    child.exitCode === null && child.signalCode === null
      ? null
      : `${words[0]} ended (${child.exitCode ?? child.signalCode}): ${lastWords.join('\n')}`;

  const said: string[] = [];
  const ready = Promise.withResolvers<void>();
  createInterface({input: child.stdout as NodeJS.ReadableStream}).on('line', line => {
    said.push(line);
    if (said.length === lines) ready.resolve();
  });
  child.once('exit', () => ready.reject(new Error(ended() ?? '')));
  const late = setTimeout(() => ready.reject(new Error(`${words[0]} is not ready`)), startWithinMs);

  const program = {
    pid: child.pid ?? 0,
    said,
    async held(order: ProbeOrder) {
      const answer = once(child, 'message');
      child.send(order);
      return (await answer)[0] as Held;
    },
    ended,
    async [Symbol.asyncDispose]() {
      if (ended() !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      const stubborn = setTimeout(() => child.kill('SIGKILL'), endWithinMs);
      await exit;
      clearTimeout(stubborn);
    },
  };
  try {
    await ready.promise;
  } catch (thrown) {
    await program[Symbol.asyncDispose]();
    throw thrown;
  } finally {
    clearTimeout(late);
  }
  return program;
};
