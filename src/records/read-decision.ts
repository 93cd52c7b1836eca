import {access, glob, readFile} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import {reasonOf} from '../errors.ts';
import {type Arm, arms, type Block, type BlockSeries, blockSeries} from '../schema/block.ts';
import {type Decision, decision as decisionSchema} from '../schema/decision.ts';
import type {RunRecord} from '../schema/record.ts';
import {blocksName} from './decision-folder.ts';
import {linesUpTo, longestLine} from './lines-up-to.ts';
import {openPacked} from './open-packed.ts';
import {locate, parseVersioned} from './read-json.ts';
import {readRecord} from './read-record.ts';
import {issuesText, unreadable} from './unreadable.ts';

const fileName = 'decision.json';

export interface StoredDecision {
  readonly folder: string;
  readonly decision: Decision;
  /** In the order of the decision's blocks. */
  readonly series: readonly BlockSeries[];
  readonly records: {readonly baseline: RunRecord; readonly candidate: RunRecord};
}

const original =
  'Copy it from the machine that measured it once more: what a decision is computed from is not meant to be edited.';

const readBlocks = async (folder: string, blocks: number): Promise<readonly BlockSeries[]> => {
  const path = join(folder, blocksName);
  const opened = await openPacked(path);
  if (opened === null) {
    if (blocks === 0) return [];
    throw unreadable(path, `neither it nor ${blocksName}.gz exists`, {hint: original});
  }
  const {file, stream} = opened;
  const series: BlockSeries[] = [];
  try {
    for await (const line of linesUpTo(stream, longestLine)) {
      if (series.length === blocks) break; // the line of a block that the harness was killed at
      const {success, data, error} = blockSeries.safeParse(JSON.parse(line));
      if (!success) throw new Error(issuesText(error));
      series.push(data);
    }
  } catch (cause) {
    throw unreadable(file, `line ${series.length + 1}: ${reasonOf(cause)}`, {hint: original, cause});
  }
  if (series.length < blocks)
    throw unreadable(file, `it has ${series.length} lines, and the decision has ${blocks} blocks`, {hint: original});
  return series;
};

const nameOf = ({phase, pair, workload, place}: BlockSeries | Block) => `${phase} pair ${pair} ${workload} ${place}`;

/** Why the parts of a decision do not belong together, and the file that shows it; null where they do. */
const misfit = ({decision, series, records}: Omit<StoredDecision, 'folder'>): {file: string; reason: string} | null => {
  const {plan, blocks, sittings} = decision;
  for (const [index, block] of blocks.entries()) {
    const {phase, place, arm, trial: number, sitting, pair, workload} = block;
    const about = `block ${index + 1} (${nameOf(block)})`;
    const line = series[index];
    if (line === undefined || nameOf(line) !== nameOf(block))
      return {file: blocksName, reason: `line ${index + 1} is not of ${about}`};
    const planned = plan.workloads.find(({name}) => name === workload);
    if (planned === undefined) return {file: 'decision.json', reason: `the plan has no workload of ${about}`};
    if (sittings.length < sitting) return {file: 'decision.json', reason: `${about} is of a sitting that is not there`};
    if (arm !== (phase === 'aa' ? 'baseline' : place))
      return {file: 'decision.json', reason: `${about} is said to be served by the ${arm}`};
    const trial = records[arm].trials[number];
    if (trial === undefined)
      return {file: `${arm}/record.json`, reason: `it has no trial ${number}, which ${about} names`};
    if (trial.suite !== workload || trial.repetition !== pair)
      return {
        file: `${arm}/record.json`,
        reason: `trial ${number} is of ${trial.suite} ${trial.repetition}, not of ${about}`,
      };
    const asPlanned =
      isDeepStrictEqual(trial.load, planned.load) && isDeepStrictEqual(trial.workload, planned.workload);
    // How often contexts are asked about may be left to the size of the server's pool.
    if (!asPlanned && planned.workload.kind !== 'revisit')
      return {
        file: 'decision.json',
        reason: `the plan's ${workload} is not what trial ${number} of the ${arm} measured`,
      };
  }
  return null;
};

/** Evidence may lie in a folder of another name than the id that reports call it by. */
const byId = async (id: string, reportsDir: string): Promise<string | null> => {
  for await (const file of glob([`*/${fileName}`, `evidence/*/${fileName}`], {cwd: reportsDir})) {
    const path = join(reportsDir, file);
    const text = await readFile(path, 'utf8').catch(() => '');
    if (text.includes(`"decisionId": ${JSON.stringify(id)}`)) return path;
  }
  return null;
};

/** Throws RECORD_UNREADABLE for a name that is nothing's. */
const decisionFile = async (pathOrId: string, reportsDir: string): Promise<string> =>
  locate(pathOrId, {reportsDir, name: fileName, what: 'decision'}).catch(async (thrown: unknown) => {
    const file = await byId(pathOrId, reportsDir);
    if (file === null) throw thrown;
    return file;
  });

const readText = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const folder = dirname(file);
    const isRun = await access(join(folder, 'record.json')).then(
      () => true,
      () => false,
    );
    throw isRun
      ? unreadable(folder, 'it is a run, not a decision', {
          hint: `Show the run with npm run report -- ${folder}`,
          cause,
        })
      : unreadable(file, cause, {hint: 'Name a folder that holds the decision.json of a decision.', cause});
  }
};

/** Throws RECORD_UNREADABLE, with the file and the reason, for parts that are missing, broken or do not fit each other. */
export const readDecision = async (pathOrId: string, reportsDir: string): Promise<StoredDecision> => {
  const file = await decisionFile(pathOrId, reportsDir);
  const text = await readText(file);
  const decision = parseVersioned(file, text, decisionSchema);
  const folder = dirname(file);
  const recordOf = async (arm: Arm) => (await readRecord(join(folder, arm, 'record.json'), folder)).record;
  const [baseline, candidate] = await Promise.all(arms.map(recordOf));
  if (baseline === undefined || candidate === undefined) throw new TypeError('a decision has two arms');
  const stored = {decision, series: await readBlocks(folder, decision.blocks.length), records: {baseline, candidate}};
  const wrong = misfit(stored);
  if (wrong !== null) throw unreadable(join(folder, wrong.file), wrong.reason, {hint: original});
  return {folder, ...stored};
};

/** Whether a name is that of a decision and not of a run. */
export const isDecision = async (pathOrId: string, reportsDir: string): Promise<boolean> => {
  try {
    const file = await decisionFile(pathOrId, reportsDir);
    await access(file);
    return basename(file) === fileName; // a record.json that is named by its path is found as well
  } catch {
    return false;
  }
};
