import {once} from 'node:events';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {Worker} from 'node:worker_threads';
import {execa, execaSync} from 'execa';
import {readCommandLine} from '../command-line.ts';
import {readRecord} from '../records/read-record.ts';
import {readSamples} from '../records/read-samples.ts';
import type {FormatName} from '../report/formats.ts';
import {projectRoot} from '../root.ts';
import {freePort} from '../runtimes/free-port.ts';
import {programFile} from '../runtimes/process/test-programs/test-stack.ts';
import type {Role} from '../schema/request.ts';
import type {SimulatorConfig} from '../simulator/config.ts';
import type {TruthRow} from '../simulator/truth.ts';
import type {Terminal} from '../terminal.ts';
import {bench} from './bench.ts';
import {showRun} from './show-run.ts';

/** The program as `npm run` starts it, in a process of its own; never rejects for its exit code. */
export const cutover = (...words: readonly string[]) =>
  execa(process.execPath, [join(projectRoot, 'src', 'start.js'), ...words], {reject: false, stdin: 'ignore'});

/** Resolves when the program has said `text` on stderr; rejects when it ends before. */
export const saidOnStderr = (running: ReturnType<typeof cutover>, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    let said = '';
    running.stderr.on('data', chunk => {
      said += chunk;
      if (said.includes(text)) resolve();
    });
    running.stderr.once('end', () => reject(new Error(`it ended without saying ${JSON.stringify(text)}:\n${said}`)));
  });

/** Options that start a test program of the process runtime in an engine's place; it and its guard name `folder`. */
export const startedIn = async (folder: string, program: string, role: Role = 'chat'): Promise<readonly string[]> => {
  const server = {role, model: join(folder, 'model'), port: await freePort(), arguments: {}};
  const stack = join(folder, 'stack.yaml'); // JSON is YAML
  const plan = {name: 'test', engine: 'vllm', description: 'A test program', servers: [server]};
  await writeFile(stack, JSON.stringify(plan));
  return ['--engine', 'vllm', '--stack', stack, '--command', `${process.execPath} ${programFile(program)}`];
};

const commandLineOf = (pid: string): string => {
  try {
    return `${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`;
  } catch {
    return ''; // it ended between the two calls
  }
};

/** One line for each process: its number and its command line. Small systems have no ps, macOS has no /proc. */
const processLines = (): readonly string[] =>
  existsSync('/proc/self/cmdline')
    ? readdirSync('/proc')
        .filter(name => /^\d+$/.test(name))
        .map(commandLineOf)
    : execaSync('ps', ['-Aww', '-o', 'pid=,command=']).stdout.split('\n');

/** Processes whose command line has `text` in it. */
export const processesNaming = (text: string): readonly {pid: number; command: string}[] =>
  processLines()
    .filter(line => line.includes(text))
    .map(line => ({pid: Number.parseInt(line, 10), command: line.trim().replace(/^\d+ /, '')}));

/** What a run left in its folder. */
export const readRun = async (folder: string) => ({
  record: (await readRecord(folder, folder)).record,
  samples: await Array.fromAsync(readSamples(folder)),
});

/** `bench` with these options in this process, its run in `folder`: what it printed, threw and left behind. */
export const benchHere = async (folder: string, ...words: readonly string[]) => {
  const argv = ['bench', ...words, '--out', folder];
  const invocation = readCommandLine(argv, '1.2.3');
  if (invocation.command !== 'bench' || invocation.options.engine === null) throw new TypeError(argv.join(' '));
  const {engine, json, as} = invocation.options;
  const formats = invocation.options.format as readonly FormatName[]; // benches are given no other
  const said = {stdout: '', notes: [] as string[]};
  const terminal: Terminal = {
    out: text => {
      said.stdout += text;
    },
    note: line => said.notes.push(line),
    warn: line => said.notes.push(line),
    progress: {show() {}, finish() {}},
  };
  const {failure} = await bench({
    options: {...invocation.options, engine},
    argv,
    version: '1.2.3',
    terminal,
    reportsDir: folder,
    interrupted: new AbortController().signal,
  });
  await showRun({folder, formats, json, as}, terminal);
  return {...said, failure, ...(await readRun(folder))};
};

/** A simulated engine on a thread of its own, with what it knows of each request by its id. */
export const simulatorThread = async (dialect: string, config: Partial<SimulatorConfig> = {}) => {
  const worker = new Worker(join(projectRoot, 'src', 'simulator', 'worker.ts'), {workerData: {...config, dialect}});
  const [{url}] = await once(worker, 'message');
  return {
    url: url as string,
    async truth(): Promise<ReadonlyMap<string, TruthRow>> {
      const page = await (await fetch(`${url}/simulator/truth`)).text();
      const rows: TruthRow[] = page
        .trim()
        .split('\n')
        .map(line => JSON.parse(line));
      return new Map(rows.map(row => [row.id, row]));
    },
    [Symbol.asyncDispose]: async () => {
      await worker.terminate();
    },
  };
};
