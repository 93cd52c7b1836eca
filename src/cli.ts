import {readFileSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {interruptedBy} from './ctrl-c.ts';
import {type Ending, handedOver, handOver} from './ending.ts';
import {CutoverError, exitCodes, reasonOf} from './errors.ts';
import type {Options} from './options.ts';
import type {FormatName} from './report/formats.ts';
import {projectRoot} from './root.ts';
import type {Terminal} from './terminal.ts';

const reportsDir = join(projectRoot, 'reports');
const stacksDir = join(projectRoot, 'docker', 'stacks');
const hostsDir = join(projectRoot, 'docker', 'hosts');
const rehearsalsDir = join(projectRoot, 'suites', 'rehearsals');

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

const exitCodeOf = (thrown: unknown): number => (thrown instanceof CutoverError ? thrown.exitCode : exitCodes.bug.code);

/** Waits until a pipe has taken everything: process.exit would cut it off. */
const flushed = (stream: NodeJS.WriteStream) => new Promise<void>(resolve => stream.write('', () => resolve()));

const show = async (ending: Ending): Promise<number> => {
  const [{processTerminal}, {showRun}] = await Promise.all([import('./terminal.ts'), import('./commands/show-run.ts')]);
  try {
    await showRun(ending, processTerminal(ending));
  } finally {
    process.stderr.write(ending.explanation); // what ended the run may be why it cannot be shown, as a full disk is
  }
  return ending.exitCode;
};

/** Shows a run that is over in a fresh image of the program. */
const endWith = async (ending: Ending, interrupted: boolean): Promise<number> => {
  await flushed(process.stderr);
  // A fresh image would know nothing of the Ctrl-C, and end at once when npm passes it on.
  if (!interrupted) handOver(ending, process.argv[1] ?? join(projectRoot, 'src', 'start.js'));
  return show(ending);
};

/** A run to its end: measured here, shown by a fresh image of the program. */
const benchAndShow = async (argv: readonly string[], version: string, options: Options): Promise<number> => {
  const {bench} = await import('./commands/bench.ts');
  const {processTerminal} = await import('./terminal.ts');
  const {json, as, quiet} = options;
  const formats = options.format as readonly FormatName[]; // contradictions.ts lets no format of decisions pass
  const engine = options.engine ?? (await (await import('./commands/bring-up.ts')).engineNamed(options));
  const terminal = processTerminal(options);
  const interrupted = interruption(terminal);
  const {folder, failure} = await bench({
    options: {...options, engine},
    argv,
    version,
    terminal,
    reportsDir,
    interrupted,
  });
  const became =
    failure === null
      ? {exitCode: exitCodes.done.code, explanation: ''}
      : {exitCode: exitCodeOf(failure), explanation: explain(failure)};
  return endWith({folder, formats, json, as, quiet, ...became}, interrupted.aborted);
};

/** Does what was asked for; resolves with the exit code. */
const run = async (argv: readonly string[]): Promise<number> => {
  const {version} = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {version: string};
  const {readCommandLine} = await import('./command-line.ts');
  const invocation = readCommandLine(argv, version);
  const out = (text: string) => void process.stdout.write(text);
  if (invocation.command === 'print') {
    out(invocation.text);
    return exitCodes.done.code;
  }
  const {operands, options} = invocation;
  const optionsOf = (words: readonly string[]): Options => {
    const said = readCommandLine(words, version);
    return said.command === 'print' ? options : said.options;
  };
  if (invocation.command === 'bench') return benchAndShow(argv, version, options);
  const {processTerminal, outputColumns} = await import('./terminal.ts');
  const terminal = processTerminal(options);
  const [a = '', b = ''] = operands;
  // Each command is imported when it is asked for: comparing two records need not load an HTTP client.
  switch (invocation.command) {
    case 'compare':
      return (await import('./commands/compare.ts')).compare({runs: operands, reportsDir, out, json: options.json});
    case 'decide': {
      const {decide} = await import('./commands/decide.ts');
      const {plans} = await import('../suites/plans.ts');
      return decide({
        ...{options, plans, argv, version, terminal, reportsDir, interrupted: interruption(terminal)},
        readOptions: optionsOf,
      });
    }
    case 'rehearse': {
      const {rehearse} = await import('./commands/rehearse.ts');
      return rehearse({
        ...{options, argv, version, terminal, reportsDir, plansDir: rehearsalsDir},
        ...{interrupted: interruption(terminal), readOptions: optionsOf},
      });
    }
    case 'merge': {
      const {out: outDir, json, as, quiet} = options;
      const formats = options.format as readonly FormatName[]; // as above
      const {mergeShards} = await import('./commands/merge.ts');
      const interrupted = interruption(terminal);
      const {folder, isVoid} = await mergeShards({runs: operands, outDir, reportsDir, terminal, interrupted});
      const {code} = isVoid ? exitCodes.void : exitCodes.done;
      return endWith({folder, formats, json, as, quiet, exitCode: code, explanation: ''}, interrupted.aborted);
    }
    case 'report': {
      const {as} = options;
      const formats = options.format as readonly FormatName[]; // as above
      await (await import('./commands/report.ts')).renderReport({run: a, reportsDir, formats, as, out});
      break;
    }
    case 'query': {
      const {trend, reports, json, csv} = options;
      const dirs = reports.length > 0 ? reports : [reportsDir];
      await (await import('./commands/query.ts')).query({sql: a, trend, dirs, json, csv, out, warn: terminal.warn});
      break;
    }
    case 'simulate':
      await (await import('./commands/simulate.ts')).simulate(options, terminal, interruption(terminal));
      break;
    case 'up':
      await (await import('./commands/up.ts')).up(options, terminal, interruption(terminal));
      break;
    case 'gateway':
      await (await import('./commands/gateway.ts')).serveGateway(options, terminal, interruption(terminal));
      break;
    case 'contract': {
      const {askContract} = await import('./commands/contract.ts');
      return askContract({urls: b === '' ? [a] : [a, b], options, terminal, interrupted: interruption(terminal)});
    }
    case 'probe': {
      const {probe} = await import('./commands/probe.ts');
      return probe({service: a, options, terminal, interrupted: interruption(terminal)});
    }
    case 'calibrate': {
      const {printCalibration} = await import('./commands/calibrate.ts');
      await printCalibration({options, terminal, interrupted: interruption(terminal)});
      break;
    }
    case 'claims':
      await (await import('./commands/claims.ts')).printClaims({named: operands, reportsDir, out, json: options.json});
      break;
    case 'fit':
      await (await import('./commands/fit.ts')).fitConstants({run: a, reportsDir, terminal});
      break;
    case 'doctor': {
      const columns = outputColumns();
      return (await import('./commands/doctor.ts')).doctor(options, {...terminal, columns}, interruption(terminal));
    }
    case 'clean':
      await (await import('./commands/clean.ts')).clean(options, terminal, interruption(terminal));
      break;
    case 'pin':
      await (await import('./commands/pin.ts')).pin(terminal, interruption(terminal));
      break;
    case 'list':
      out(await (await import('./commands/list.ts')).list({stacksDir, hostsDir}));
      break;
    case 'schema':
      (await import('./commands/schema.ts')).printSchema(out);
      break;
  }
  return exitCodes.done.code;
};

// A reader that is gone, as `| head` is after ten lines, is no reason to end a run in its middle; a full disk is one to
// fail at its end.
let lost: NodeJS.ErrnoException | null = null;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') lost ??= error;
});
process.stderr.on('error', () => {});

// Node's own end of these has the exit code of a NO-GO. A rejection that nobody handles comes here as well.
process.on('uncaughtException', thrown => {
  try {
    writeSync(process.stderr.fd, explain(thrown));
  } catch {
    // nobody reads it, and the exit code still tells
  }
  process.exit(exitCodeOf(thrown));
});

const main = async (): Promise<number> => {
  try {
    const ending = handedOver();
    return ending === null ? await run(process.argv.slice(2)) : await show(ending);
  } catch (thrown) {
    process.stderr.write(explain(thrown));
    return exitCodeOf(thrown);
  }
};

const code = await main();
await flushed(process.stdout);
if (lost !== null) process.stderr.write(`stdout cannot be written: ${reasonOf(lost)}\n`);
await flushed(process.stderr);
process.exit(lost === null ? code : exitCodes.recordUnreadable.code);
