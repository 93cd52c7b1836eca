import {glob, readFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {DecidedEvidence, Evidence} from '../claims/evidence.ts';
import {isDecision, readDecision} from '../records/read-decision.ts';
import {parseVersioned} from '../records/read-json.ts';
import {readRecord} from '../records/read-record.ts';
import {unreadable} from '../records/unreadable.ts';
import {arms} from '../schema/block.ts';
import {verdict as verdictSchema} from '../schema/verdict.ts';
import {compareEvidence, type ReadRun} from './compare-evidence.ts';
import {turnRatiosOf} from './turn-ratios.ts';

interface Sources {
  readonly reportsDir: string;
  /** Runs and decisions beside those of reports/evidence: their folders, files or ids. */
  readonly named: readonly string[];
}

const foldersWith = async (name: string, under: string): Promise<readonly string[]> => {
  const files = await Array.fromAsync(glob(`**/${name}`, {cwd: under}));
  return files.map(file => join(under, dirname(file))).sort();
};

interface Read {
  readonly runs: readonly ReadRun[];
  readonly decisions: readonly DecidedEvidence[];
}

/** A decision is also the two runs that it is made of. */
export const readDecided = async (pathOrId: string, reportsDir: string): Promise<Read> => {
  const {decision, records, folder} = await readDecision(pathOrId, reportsDir);
  const file = join(folder, 'verdict.json');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw unreadable(file, cause, {hint: `npm run decide -- --from ${folder} writes it.`, cause});
  });
  return {
    runs: arms.map(arm => ({record: records[arm], folder: join(folder, arm)})),
    decisions: [{decision, verdict: parseVersioned(file, text, verdictSchema), records}],
  };
};

const readRun = async (pathOrId: string, reportsDir: string): Promise<Read> => ({
  runs: [await readRecord(pathOrId, reportsDir)],
  decisions: [],
});

/** A run that is named and lies in the evidence too counts once. */
const once = <Of>(all: readonly Of[], idOf: (of: Of) => string): readonly Of[] => [
  ...new Map(all.map(one => [idOf(one), one])).values(),
];

/**
 * All runs and decisions under `<reportsDir>/evidence`, and those that are named, with what only their answers and samples
 * tell. Throws RECORD_UNREADABLE with the first file that cannot be read.
 */
export const readEvidence = async ({reportsDir, named}: Sources): Promise<Evidence> => {
  const root = join(reportsDir, 'evidence');
  const decisions = await foldersWith('decision.json', root);
  const sides = new Set(decisions.flatMap(folder => arms.map(arm => join(folder, arm))));
  const runs = (await foldersWith('record.json', root)).filter(folder => !sides.has(folder));
  const read: Read[] = [];
  for (const folder of runs) read.push(await readRun(folder, reportsDir));
  for (const folder of decisions) read.push(await readDecided(folder, reportsDir));
  for (const name of named)
    read.push(await ((await isDecision(name, reportsDir)) ? readDecided : readRun)(name, reportsDir));
  const all = once(
    read.flatMap(one => one.runs),
    ({record}) => record.runId,
  );
  const turnRatios = [];
  for (const run of all) turnRatios.push(...(await turnRatiosOf(run)));
  return {
    runs: all.map(({record}) => record),
    decisions: once(
      read.flatMap(one => one.decisions),
      ({decision}) => decision.decisionId,
    ),
    answers: await compareEvidence(all),
    turnRatios,
  };
};
