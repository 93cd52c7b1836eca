import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {projectRoot} from '../../root.ts';
import {machineNow} from '../clock.ts';
import {fetchTruth} from './outcome.ts';
import type {Answer} from './paced-server.ts';
import {cores, pinned, startChild} from './processes.ts';

/** `npm run bench` as a user runs it, seen from outside. */
export interface ProgramRun {
  readonly name: ProgramName;
  readonly asked: number;
  /** Chat requests that the server read. */
  readonly served: number;
  readonly exitCode: number | null;
  /** From starting npm to the server's reading of the first request. */
  readonly startSeconds: number | null;
  /** Of the processes below npm, each at its peak, added up; null where /proc does not tell. */
  readonly peakMemoryMb: number | null;
}

interface Program {
  readonly streams: number;
  readonly requests: number;
  readonly answer: Answer;
}

const programs = {
  '512 streams': {
    streams: 512,
    requests: 4096,
    answer: {mode: 'paced', tokens: 64, firstToken: {kind: 'fixed', ms: 50}, gapMs: 10, stall: null},
  },
  'ten million tokens': {streams: 64, requests: 160_000, answer: {mode: 'null', tokens: 64, tokensPerWrite: 64}},
} as const satisfies Record<string, Program>;

export type ProgramName = keyof typeof programs;
export const programNames = Object.keys(programs) as ProgramName[];

const startWithinMs = 15_000;
const runWithinMs = 240_000;
const lookEveryMs = 50;

const words = ({streams, requests}: Program, url: string, out: string): readonly string[] => [
  ...['npm', 'run', 'bench', '--', '--engine', 'openai', '--attach', url, '--model', 'mock', '--suite', 'chat'],
  ...['--concurrency', String(streams), '--requests', String(requests), '--prompt-tokens', '128'],
  ...['--output-tokens', '64', '--warmup', '0', '--repetitions', '1', '--out', out, '--quiet'],
];

const read = (path: string) => readFile(path, 'utf8').catch(() => '');

/** Peak resident memory in MB by process id, of every process below `pid` that runs this project's command line. */
const peaksBelow = async (pid: number): Promise<[number, number][]> => {
  const tasks = `/proc/${pid}/task/${pid}`;
  const children = (await read(`${tasks}/children`)).trim().split(' ').filter(Boolean).map(Number);
  const below = (await Promise.all(children.map(peaksBelow))).flat();
  const isOurs = (await read(`/proc/${pid}/cmdline`)).includes('src/start.js\0');
  const peakKb = /^VmHWM:\s+(\d+)/m.exec(await read(`/proc/${pid}/status`))?.[1];
  return isOurs && peakKb !== undefined ? [...below, [pid, Number(peakKb) / 1024]] : below;
};

/** Runs the whole program against the paced server. */
export const runProgram = async (name: ProgramName): Promise<ProgramRun> => {
  const program = programs[name];
  await using server = startChild(cores.server, {role: 'server', answer: program.answer});
  const {port} = (await server.answer(startWithinMs)) as {port: number};
  const folder = await mkdtemp(join(tmpdir(), 'cutover-bench-client-'));
  const [command = '', ...rest] = pinned(cores.client, words(program, `http://127.0.0.1:${port}`, join(folder, 'run')));
  const startedMs = machineNow();
  const running = spawn(command, rest, {
    cwd: projectRoot,
    stdio: ['ignore', 'ignore', 'inherit'],
    // The project's own Node, whichever started this: npm puts it first as well.
    env: {...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}`},
  });
  const peaks = new Map<number, number>();
  let exitCode: number | null | undefined;
  try {
    const ended: Promise<number | null> = once(running, 'exit').then(([code]) => code);
    const over = AbortSignal.timeout(runWithinMs);
    while (exitCode === undefined && !over.aborted) {
      for (const [pid, peakMb] of await peaksBelow(running.pid ?? 0)) peaks.set(pid, peakMb);
      exitCode = await Promise.race([ended, delay(lookEveryMs, undefined)]);
    }
    const truth = await fetchTruth(port);
    const firstMs = truth.requests[0]?.readMs;
    return {
      name,
      asked: program.requests,
      served: truth.requests.length,
      exitCode: exitCode ?? null,
      startSeconds: firstMs === undefined ? null : (firstMs - startedMs) / 1000,
      peakMemoryMb: peaks.size === 0 ? null : [...peaks.values()].reduce((sum, peakMb) => sum + peakMb, 0),
    };
  } finally {
    // npm's shell may not pass a signal on: what runs below it is ended by its own number, and npm then ends by itself.
    if (exitCode === undefined) for (const [pid] of await peaksBelow(running.pid ?? 0)) process.kill(pid, 'SIGKILL');
    await rm(folder, {recursive: true, force: true});
  }
};
