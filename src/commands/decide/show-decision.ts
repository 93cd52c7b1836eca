import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {ledger} from '../../claims/ledger.ts';
import {exitCodes, reasonOf} from '../../errors.ts';
import type {Options} from '../../options.ts';
import {readChartJs} from '../../records/chart-js.ts';
import {readDecision, type StoredDecision} from '../../records/read-decision.ts';
import {recordText} from '../../records/record-text.ts';
import {writeInside} from '../../records/write-inside.ts';
import type {DecidedRun} from '../../report/decision/decided-run.ts';
import {type DecisionFormatName, decisionFormats} from '../../report/decision/formats.ts';
import type {VerdictName} from '../../schema/verdict.ts';
import type {Terminal} from '../../terminal.ts';
import {judgeDecision} from '../../verdict/judge-decision.ts';
import {decisionText} from './decision-text.ts';

const exitOf: Readonly<Record<VerdictName, keyof typeof exitCodes>> = {
  GO: 'done',
  'NO-GO': 'noGo',
  INCONCLUSIVE: 'inconclusive',
  VOID: 'void',
};

/** The decision with all that follows from it alone: the same files give the same report, wherever they lie. */
const decided = ({decision, series, records}: StoredDecision): DecidedRun => {
  const verdict = judgeDecision({decision, series, records});
  const runs = [records.baseline, records.candidate];
  const claims = ledger({runs, decisions: [{decision, verdict, records}], answers: [], turnRatios: []});
  return {decision, verdict, records, series, claims};
};

/** A report that fails is named and costs neither the others nor the verdict. */
const writeReports = async (
  chosen: Options['format'],
  run: DecidedRun,
  {folder, terminal}: {folder: string; terminal: Terminal},
): Promise<readonly string[]> => {
  const all = Object.keys(decisionFormats) as DecisionFormatName[];
  const written: string[] = [];
  for (const format of all.filter(name => chosen.length === 0 || chosen.includes(name))) {
    try {
      for (const {name, content} of await decisionFormats[format].render(run, {chartJs: readChartJs})) {
        await writeInside(folder, name, content);
        written.push(join(folder, name));
      }
    } catch (thrown) {
      const again = `npm run decide -- --from ${folder} --format ${format}`;
      terminal.warn(`The ${format} report was not written: ${reasonOf(thrown)}. ${again} tries again.`);
    }
  }
  return written;
};

/** The page for people first; where none was asked for, what all of them are made from. */
const whereText = (folder: string, written: readonly string[]): string => {
  const pages = ['report.html', 'report.md'].map(name => join(folder, name)).filter(file => written.includes(file));
  const reports = pages.length === 0 ? [join(folder, 'verdict.json')] : pages;
  return `Report: ${reports.join(', ')}\nComputed again, from what was measured: npm run decide -- --from ${folder}`;
};

/** What is computed from the same files is the same: a verdict that becomes another one was not computed from them, or not by this cutover. */
const noteReplaced = async (folder: string, text: string, {warn}: Terminal): Promise<void> => {
  const before = await readFile(join(folder, 'verdict.json'), 'utf8').catch(() => null);
  if (before === null || before === text) return;
  const name = /"verdict": "([A-Z-]+)"/.exec(before)?.[1] ?? 'unreadable';
  warn(
    `verdict.json was another one before: ${name}, computed by another cutover, of fewer blocks, or from files that were edited.`,
  );
};

interface ShowOptions {
  /** A decision's folder, its decision.json or its id. */
  readonly place: string;
  readonly reportsDir: string;
  readonly options: Pick<Options, 'json' | 'format' | 'from'>;
  readonly terminal: Terminal;
}

/**
 * Computes the verdict of a decision from its folder alone, writes it and the reports there, and prints it. Resolves with
 * the exit code. Throws RECORD_UNREADABLE.
 */
export const showDecision = async ({place, reportsDir, options, terminal}: ShowOptions): Promise<number> => {
  const stored = await readDecision(place, reportsDir);
  const run = decided(stored);
  const {folder} = stored;
  const text = recordText(run.verdict);
  if (options.from !== null) await noteReplaced(folder, text, terminal);
  await writeInside(folder, 'verdict.json', text);
  const written = await writeReports(options.format, run, {folder, terminal});
  terminal.out(options.json ? text : `${decisionText(run.verdict)}\n${whereText(folder, written)}\n`);
  return exitCodes[exitOf[run.verdict.verdict]].code;
};
