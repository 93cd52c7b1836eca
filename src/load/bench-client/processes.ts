import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {availableParallelism, tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {projectRoot} from '../../root.ts';
import type {Part} from './child.ts';

/** One core for the server and one for the client: neither takes time from the other, and a rival gets the same. */
export const cores = {server: 0, client: 1} as const;

/** Whether processes can be kept to a core here. */
export const canPin = availableParallelism() > 1 && spawnSync('taskset', ['-c', '0', 'true']).status === 0;

/** The words of a command that runs on one core, where that can be had; on any for null. */
export const pinned = (core: number | null, words: readonly string[]): readonly string[] =>
  canPin && core !== null ? ['taskset', '-c', String(core), ...words] : words;

/** As the command line does it (src/start.js): half of a short run's start is parsing. */
const compileCache = {NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache')};

/** As `npm run bench` has them: what the client is measured with is what it runs with. */
export const benchFlags: readonly string[] = (
  JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')).scripts.bench as string
)
  .split(' ')
  .filter(word => word.startsWith('--'));

export interface Child extends AsyncDisposable {
  /** The part's one answer. Rejects when the process ends without it, or does not give it in time. */
  answer(withinMs: number): Promise<unknown>;
}

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
};

/** Starts a part in a process of its own, which ends with `await using` or with this process, whichever is first. */
export const startChild = (core: number | null, part: Part, stderr: 'inherit' | 'ignore' = 'inherit'): Child => {
  const [command = '', ...words] = pinned(core, [
    process.execPath,
    ...(part.role === 'ours' ? benchFlags : []),
    join(projectRoot, 'src', 'load', 'bench-client', 'child.ts'),
  ]);
  const child = spawn(command, words, {
    stdio: ['pipe', 'pipe', stderr],
    env: {...process.env, ...compileCache},
  });
  child.stdin.on('error', () => {}); // its end is told by 'exit'
  child.stdin.write(`${JSON.stringify(part)}\n`);
  return {
    async answer(withinMs) {
      const done = new AbortController();
      const signal = AbortSignal.any([done.signal, AbortSignal.timeout(withinMs)]);
      try {
        return await Promise.race([
          once(createInterface({input: child.stdout}), 'line', {signal}).then(([line]) => JSON.parse(String(line))),
          once(child, 'exit', {signal}).then(([code, killedBy]) => {
            throw new Error(`the benchmark's ${part.role} ended without an answer (${code ?? killedBy})`);
          }),
        ]);
      } catch (thrown) {
        if (signal.aborted) throw new Error(`the benchmark's ${part.role} did not answer within ${withinMs} ms`);
        throw thrown;
      } finally {
        done.abort();
      }
    },
    [Symbol.asyncDispose]: () => end(child),
  };
};
