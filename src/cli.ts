import {readFileSync} from 'node:fs';
import {enableCompileCache} from 'node:module';
import {join} from 'node:path';
import {interruptedBy} from './ctrl-c.ts';
import {CutoverError, exitCodes, reasonOf} from './errors.ts';
import {projectRoot} from './root.ts';
import type {Terminal} from './terminal.ts';

// Half of a short run's start is parsing; the cache lives in the system's temporary folder.
enableCompileCache();

const reportsDir = join(projectRoot, 'reports');
const stacksDir = join(projectRoot, 'docker', 'stacks');

const interruption = ({note}: Terminal): AbortSignal =>
  interruptedBy({
    on: (signal, listener) => process.on(signal, listener),
    nowMs: () => performance.now(),
    note,
    exit: () => process.exit(exitCodes.interrupted.code),
  });

/** What the user sees of an error: the reason, the last log lines, the fix. A bug shows its stack and asks to be reported. */
const explain = (thrown: unknown): string => {
  if (!(thrown instanceof CutoverError)) {
    const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    return `cutover has a bug:\n${stack}\nPlease report it with the command that you ran.\n`;
  }
  const log = thrown.logTail.length === 0 ? [] : ['', ...thrown.logTail.map(line => `  | ${line}`), ''];
  return [`${thrown.code}: ${thrown.message}`, ...log, ...(thrown.hint === undefined ? [] : [thrown.hint]), ''].join(
    '\n',
  );
};

const run = async (argv: readonly string[]): Promise<void> => {
  const {version} = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {version: string};
  const {readCommandLine} = await import('./command-line.ts');
  const invocation = readCommandLine(argv, version);
  if (invocation.command === 'print') {
    process.stdout.write(invocation.text);
    return;
  }
  const {operands, options} = invocation;
  const {processTerminal} = await import('./terminal.ts');
  const terminal = processTerminal(options);
  const out = terminal.out;
  const [a = '', b = ''] = operands;
  // Each command is imported when it is asked for: comparing two records need not load an HTTP client.
  switch (invocation.command) {
    case 'bench': {
      const {bench} = await import('./commands/bench.ts');
      const {engine} = options;
      if (engine === null) throw new TypeError('contradictions.ts lets no bench pass without an engine');
      return bench({
        options: {...options, engine},
        argv,
        version,
        terminal,
        reportsDir,
        interrupted: interruption(terminal),
      });
    }
    case 'compare':
      return (await import('./commands/compare.ts')).compare({a, b, reportsDir, out, json: options.json});
    case 'report':
      return (await import('./commands/report.ts')).renderReport({run: a, reportsDir, formats: options.format, out});
    case 'simulate':
      return (await import('./commands/simulate.ts')).simulate(options, terminal, interruption(terminal));
    case 'fit':
      return (await import('./commands/fit.ts')).fitConstants({run: a, reportsDir, terminal});
    case 'list':
      return out(await (await import('./commands/list.ts')).list(stacksDir));
    case 'schema':
      return (await import('./commands/schema.ts')).printSchema(out);
  }
};

// A reader that is gone, as `| head` is after ten lines, is no reason to end a run in its middle; a full disk is one to
// fail at its end.
let lost: NodeJS.ErrnoException | null = null;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') lost ??= error;
});
process.stderr.on('error', () => {});

/** Waits until a pipe has taken everything: process.exit would cut it off. */
const flushed = (stream: NodeJS.WriteStream) => new Promise<void>(resolve => stream.write('', () => resolve()));

const main = async (): Promise<number> => {
  try {
    await run(process.argv.slice(2));
    return exitCodes.done.code;
  } catch (thrown) {
    process.stderr.write(explain(thrown));
    return thrown instanceof CutoverError ? thrown.exitCode : exitCodes.bug.code;
  }
};

const code = await main();
await flushed(process.stdout);
if (lost !== null) process.stderr.write(`stdout cannot be written: ${reasonOf(lost)}\n`);
await flushed(process.stderr);
process.exit(lost === null ? code : exitCodes.recordUnreadable.code);
