import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {exitCodes, reasonOf} from '../../errors.ts';
import type {Options} from '../../options.ts';
import {readChartJs} from '../../records/chart-js.ts';
import {readClientJournal, readGatewayJournal, readMemoryJournal} from '../../records/read-journal.ts';
import {recordText} from '../../records/record-text.ts';
import {readRehearsal, type StoredRehearsal} from '../../records/rehearsal-folder.ts';
import {writeInside} from '../../records/write-inside.ts';
import {type RehearsalFormatName, rehearsalFormats} from '../../report/rehearsal/formats.ts';
import {rehearsalSummary} from '../../report/rehearsal/json.ts';
import type {RehearsedRun} from '../../report/rehearsal/rehearsed-run.ts';
import {rehearsalText} from '../../report/rehearsal/text.ts';
import {type VerdictName, verdictNames} from '../../schema/verdict.ts';
import type {Terminal} from '../../terminal.ts';
import {evidenceOf} from '../../verdict/rehearsal/evidence.ts';
import {judgeRehearsal} from '../../verdict/rehearsal/judge-rehearsal.ts';
import {secondsOf} from '../../verdict/rehearsal/seconds.ts';

const exitOf: Readonly<Record<VerdictName, keyof typeof exitCodes>> = {
  GO: 'done',
  'NO-GO': 'noGo',
  INCONCLUSIVE: 'inconclusive',
  VOID: 'void',
};
/** The worst first: what is shown to be bad counts more than what cannot be told. */
const worstFirst: readonly VerdictName[] = ['NO-GO', 'VOID', 'INCONCLUSIVE', 'GO'];

const worse = (names: readonly VerdictName[]): VerdictName =>
  worstFirst.find(name => names.includes(name)) ?? verdictNames[0];

/** A rehearsal that ended before there was any load has no journals, and nothing in them. */
const orNone = async function* <Line>(lines: AsyncGenerator<Line>, begun: boolean): AsyncGenerator<Line> {
  if (begun) yield* lines;
};

/** The rehearsal with all that follows from its folder alone. */
const rehearsed = async ({rehearsal, folder: {path}}: StoredRehearsal): Promise<RehearsedRun> => {
  const begun = rehearsal.stages.some(({name}) => name === 'before');
  const evidence = await evidenceOf({
    rehearsal,
    client: orNone(readClientJournal(path, rehearsal), begun),
    gateway: orNone(readGatewayJournal(path), begun),
    memory: orNone(readMemoryJournal(path), begun),
  });
  return {rehearsal, verdict: judgeRehearsal(evidence), seconds: secondsOf(evidence), memory: evidence.memory};
};

/** A report that fails is named and costs neither the others nor the verdict. */
const writeReports = async (
  chosen: Options['format'],
  run: RehearsedRun,
  {folder, terminal}: {folder: string; terminal: Terminal},
): Promise<readonly string[]> => {
  const all = Object.keys(rehearsalFormats) as RehearsalFormatName[];
  const written: string[] = [];
  for (const format of all.filter(name => chosen.length === 0 || chosen.includes(name))) {
    try {
      for (const {name, content} of await rehearsalFormats[format].render(run, {chartJs: readChartJs})) {
        await writeInside(folder, name, content);
        written.push(join(folder, name));
      }
    } catch (thrown) {
      const again = `npm run rehearse -- --from ${folder} --format ${format}`;
      terminal.warn(`The ${format} report was not written: ${reasonOf(thrown)}. ${again} tries again.`);
    }
  }
  return written;
};

/** The page for people first; where none was asked for, what all of them are made from. */
const whereText = (folder: string, written: readonly string[]): string => {
  const pages = ['report.html', 'report.md'].map(name => join(folder, name)).filter(file => written.includes(file));
  const reports = pages.length === 0 ? [join(folder, 'verdict.json')] : pages;
  return `Report: ${reports.join(', ')}\nComputed again, from what was seen: npm run rehearse -- --from ${folder}`;
};

/** What is computed from the same files is the same: a verdict that becomes another one was not computed from them, or not by this cutover. */
const noteReplaced = async (folder: string, text: string, {warn}: Terminal): Promise<void> => {
  const before = await readFile(join(folder, 'verdict.json'), 'utf8').catch(() => null);
  if (before !== null && before !== text)
    warn('verdict.json was another one before: computed by another cutover, or from files that were edited.');
};

interface ShowOptions {
  /** A rehearsal's folder, its rehearsal.json or its id. */
  readonly place: string;
  readonly reportsDir: string;
  readonly options: Pick<Options, 'json' | 'format' | 'from'>;
  readonly terminal: Terminal;
}

/**
 * Computes both verdicts of a rehearsal from its folder alone, writes them and the reports there, and prints them. Resolves with the exit
 * code of the worse one. Throws RECORD_UNREADABLE.
 */
export const showRehearsal = async ({place, reportsDir, options, terminal}: ShowOptions): Promise<number> => {
  const stored = await readRehearsal(place, reportsDir);
  const run = await rehearsed(stored);
  const {path} = stored.folder;
  const text = recordText(run.verdict);
  if (options.from !== null) await noteReplaced(path, text, terminal);
  await writeInside(path, 'verdict.json', text);
  const written = await writeReports(options.format, run, {folder: path, terminal});
  terminal.out(
    options.json ? recordText(rehearsalSummary(run)) : `${rehearsalText(run)}\n${whereText(path, written)}\n`,
  );
  const {migration, rollback} = run.verdict;
  return exitCodes[exitOf[worse([migration.verdict, rollback.verdict])]].code;
};
