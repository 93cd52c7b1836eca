import {join, relative} from 'node:path';
import {CutoverError} from '../../errors.ts';
import {blocksName, openDecisionFolder} from '../../records/decision-folder.ts';
import {isPacked} from '../../records/open-packed.ts';
import {readDecision, type StoredDecision} from '../../records/read-decision.ts';
import {openRunFolder} from '../../records/run-folder.ts';
import {samplesName} from '../../records/sample-files.ts';
import {type Arm, arms} from '../../schema/block.ts';
import type {Decision} from '../../schema/decision.ts';
import type {RunRecord} from '../../schema/record.ts';
import {reachCluster} from '../reach-cluster.ts';
import {ArmRun} from './arm-run.ts';
import {decisionGround, sidesOf} from './begin-decision.ts';
import {budgetEndedCode, spentGpuMinutes} from './budget.ts';
import type {DecideContext} from './decide-context.ts';
import {type DecisionRun, decisionRun} from './decision-run.ts';
import type {Side} from './sides.ts';

/** In `void` of a block whose partner was never made in its sitting: the pair is made again whole. */
export const brokenOff = 'broken-off';

/**
 * The two blocks of a pair share what time brings, of which a restart of servers is the largest part. So the pair into which an
 * interruption fell is made again with both of its blocks and the same requests; its first half stays, marked.
 */
const markHalves = ({blocks, storedBaseline}: Decision): void => {
  if (storedBaseline !== null) return;
  const kept = blocks.filter(block => !block.void.includes(brokenOff));
  for (const block of kept) {
    const isPartner = (other: typeof block) =>
      other.pair === block.pair && other.workload === block.workload && other.place !== block.place;
    if (!kept.some(isPartner)) block.void.push(brokenOff);
  }
};

/** Trials that the decision names, and sweeps that came to an end: what the harness was killed at is made again. */
const trimmed = (record: RunRecord, arm: Arm, {blocks}: Decision): RunRecord => {
  const sweeps = record.sweeps.filter(({stopped}) => stopped !== 'not over' && !stopped.startsWith('broken off'));
  const named = [
    ...blocks.filter(block => block.arm === arm).map(({trial}) => trial),
    ...sweeps.flatMap(({levels}) => levels.map(({trial}) => trial)),
  ];
  return {
    ...record,
    ...{sweeps, status: 'running', failure: null, endedAt: null},
    trials: record.trials.slice(0, Math.max(-1, ...named) + 1),
  };
};

const refuse = (folder: string, reason: string, hint: string) =>
  new CutoverError('BAD_OPTIONS', `--resume ${folder}: ${reason}`, {hint});

const refuseOver = ({decision: {status, findings}, folder}: StoredDecision, budget: number | null): void => {
  if (status !== 'complete') return;
  if (!findings.some(({code}) => code === budgetEndedCode))
    throw refuse(folder, 'this decision is complete', `Show it with --from ${folder}, or begin another one.`);
  if (budget === null)
    throw refuse(
      folder,
      'this decision is complete: its budget ended it',
      `Give it more GPU minutes in all: --resume ${folder} --budget <minutes>; or show it with --from ${folder}.`,
    );
};

/** More GPU minutes than were planned change when a decision ends, and nothing of how it is judged. */
const giveBudget = ({decision, folder}: StoredDecision, budget: number | null): void => {
  if (budget === null) return;
  const spent = spentGpuMinutes(decision);
  if (budget <= spent)
    throw refuse(
      folder,
      `--budget ${budget} is spent: the decision has taken ${spent.toFixed(1)} GPU minutes`,
      'Give more: --budget is all GPU minutes of the decision, those of earlier sittings included.',
    );
  decision.plan.budgetGpuMinutes = budget;
  decision.findings = decision.findings.filter(({code}) => code !== budgetEndedCode);
};

/** What grows is appended to, and a packed file is not. */
const refusePacked = async ({folder, decision}: StoredDecision): Promise<void> => {
  const measured = decision.storedBaseline === null ? arms : (['candidate'] as const);
  const growing = [blocksName, ...measured.map(arm => join(arm, samplesName))].map(name => join(folder, name));
  const packed: string[] = [];
  for (const file of growing) if (await isPacked(file)) packed.push(`${file}.gz`);
  if (packed.length === 0) return;
  const names = packed.map(file => relative(folder, file));
  throw refuse(
    folder,
    `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} packed, and measuring goes on at the end of the file`,
    `Unpack first: gunzip ${packed.join(' ')}`,
  );
};

/** Opens a decision that was interrupted for another sitting, with the options, plan and seed that it was begun with. */
export const resumeDecision = async (context: DecideContext, opened: AsyncDisposableStack): Promise<DecisionRun> => {
  const {options: given, reportsDir, terminal, interrupted, readOptions} = context;
  const stored = await readDecision(given.resume ?? '', reportsDir);
  refuseOver(stored, given.budget);
  giveBudget(stored, given.budget);
  await refusePacked(stored);
  const {decision, series} = stored;
  const {json, quiet, format} = given;
  const options = {...readOptions(decision.command), seed: decision.seed, json, quiet, format};
  const sides = await sidesOf(decision, {...context, options});
  const cluster = await reachCluster({...context, options});
  markHalves(decision);
  const folder = await openDecisionFolder(stored.folder, decision);
  const armRun = async (side: Side) => {
    const record = trimmed(stored.records[side.arm], side.arm, decision);
    const runFolder = opened.use(await openRunFolder(folder.armPath(side.arm), record));
    return opened.use(new ArmRun({side, record, folder: runFolder}));
  };
  const baseline = sides.baseline && (await armRun(sides.baseline));
  const runs = {baseline, candidate: await armRun(sides.candidate)};
  const records = {baseline: baseline?.record ?? stored.records.baseline, candidate: runs.candidate.record};
  Object.assign(decision, {status: 'running', failure: null, endedAt: null});
  terminal.note(`Goes on with ${decision.decisionId} after ${decision.blocks.length} blocks`);
  const ground = await decisionGround(context, {options, cluster, folder, decision}, opened);
  return decisionRun({
    ...{decision, series: [...series], folder, arms: runs, records, options, ground},
    ...{terminal, interrupted},
  });
};
