import {answersByRole} from '../../parity/answers-by-role.ts';
import {readAnswers} from '../../records/read-answers.ts';
import type {Answer} from '../../schema/answer.ts';
import type {Arm, PlannedBlock} from '../../schema/block.ts';
import type {Decision} from '../../schema/decision.ts';
import type {Stage} from '../../schema/suite.ts';
import type {Terminal} from '../../terminal.ts';
import {afterPair} from '../../verdict/judge-decision.ts';
import {nextPair} from '../../verdict/schedule.ts';
import {runTrials} from '../run-trials.ts';
import {budgetEnded, budgetEndedCode} from './budget.ts';
import {decideProgress, type Standing} from './decide-progress.ts';
import type {DecisionRun} from './decision-run.ts';
import {brokenOff} from './resume-decision.ts';
import {armOf, runBlock} from './run-block.ts';
import {voidPairText} from './void-pair.ts';

const keepsBothUp = ({decision}: DecisionRun): boolean => decision.plan.between === 'flush';

/** A line of a side's own work, under its name. */
const progressOf = ({progress}: Terminal, arm: Arm): Terminal['progress'] => ({
  show: (line, options) => progress.show(`${arm} · ${line}`, options),
  finish: progress.finish,
});

/** Runs stages that are no blocks on one side. */
const runStages = async (run: DecisionRun, arm: Arm, stages: readonly Stage[]): Promise<void> => {
  const {record, folder} = run.armRun(arm);
  const stack = await run.up(arm);
  await runTrials({
    ...{stack, neighbours: run.neighboursOf(arm)},
    ...{record, folder, options: run.options, interrupted: run.interrupted},
    ...(run.ground !== null && {ground: run.ground}),
    stages: stages.map(stage => ({stage, repetition: 1, traceMs: null, prompts: null})),
    progress: progressOf(run.terminal, arm),
  });
  if (!keepsBothUp(run)) await run.armRun(arm).down();
};

const answersOf = async ({records, folder}: DecisionRun, arm: Arm): Promise<readonly Answer[] | null> => {
  const asked = records[arm].examinations.find(({spec}) => spec.kind === 'parity');
  return asked === undefined ? null : readAnswers(folder.armPath(arm), asked.answersFile);
};

/**
 * Asks all sides that are measured the plan's questions, as far as an earlier sitting has not. Where a stored baseline has no answers
 * there is nothing to compare with: what is required stays unknown.
 */
const compareAnswers = async (run: DecisionRun): Promise<void> => {
  const {decision, records} = run;
  const {answers} = decision.plan;
  if (answers === null || decision.answers.length > 0) return;
  const stored = decision.storedBaseline === null ? null : await answersOf(run, 'baseline').catch(() => null);
  if (decision.storedBaseline !== null && stored === null) {
    const detail = 'The stored baseline has no answers that those of the candidate could be compared with.';
    decision.answers = answers.required.map(role => ({role, outcome: 'unknown', detail}));
    run.terminal.note(detail);
    return run.save();
  }
  for (const arm of run.measured)
    if (records[arm].examinations.length === 0) await runStages(run, arm, [{name: 'answers', examine: answers.ask}]);
  const [baseline, candidate] = [stored ?? (await answersOf(run, 'baseline')), await answersOf(run, 'candidate')];
  decision.answers = answersByRole(baseline ?? [], candidate ?? [], answers);
  await run.save();
};

/** With restarts, a side is up for its blocks of a pair and no longer. */
const runPair = async (run: DecisionRun, pair: readonly PlannedBlock[], standing: () => Standing): Promise<void> => {
  for (const [index, block] of pair.entries()) {
    await runBlock(run, block, load => decideProgress(standing(), block, load));
    if (!keepsBothUp(run) && pair[index + 1]?.place !== block.place) await run.armRun(armOf(block)).down();
  }
};

const noteBudget = ({decision, terminal, folder}: DecisionRun, why: string): void => {
  const message = `The budget ended the measurement: ${why}`;
  terminal.note(message);
  const hint = `Give it more: --resume ${folder.path} --budget <GPU minutes in all>; or fewer workloads with --workload.`;
  decision.findings.push({code: budgetEndedCode, severity: 'note', message, hint});
};

/** Against a stored baseline: the candidate's part of the next pair that lacks it. */
const partners = ({blocks}: Decision, open: readonly string[]): readonly PlannedBlock[] => {
  const stored = blocks.filter(
    ({phase, place, workload}) => phase === 'ab' && place === 'baseline' && open.includes(workload),
  );
  const lacking = stored.filter(({pair, workload}) =>
    blocks.every(block => block.place === 'baseline' || block.pair !== pair || block.workload !== workload),
  );
  const next = Math.min(...lacking.map(({pair}) => pair));
  return lacking
    .filter(({pair}) => pair === next)
    .map(({phase, pair, workload}) => ({phase, pair, workload, place: 'candidate'}));
};

const duePair = ({decision}: DecisionRun, open: readonly string[]): readonly PlannedBlock[] => {
  if (decision.storedBaseline !== null) return partners(decision, open);
  const blocks = decision.blocks.filter(block => !block.void.includes(brokenOff));
  return nextPair({...decision, blocks, open});
};

/** Pair after pair, until one more could change nothing, or there is no budget for it. */
const measurePairs = async (run: DecisionRun): Promise<void> => {
  const {decision, series} = run;
  for (;;) {
    const progress = afterPair({decision, series});
    if (progress.done) return;
    const pair = duePair(run, progress.open);
    if (pair.length === 0) return;
    const why = budgetEnded(decision, run.gpus());
    if (why !== null) return noteBudget(run, why);
    await runPair(run, pair, () => ({decision, progress, gpus: run.gpus()}));
    for (const line of voidPairText(decision, pair)) run.terminal.progress.show(line, {important: true});
  }
};

/** What is shown beside the verdict and never judged, as far as the budget goes. */
const describeSides = async (run: DecisionRun): Promise<void> => {
  const {decision} = run;
  for (const stage of decision.plan.describe)
    for (const arm of run.measured) {
      if (run.records[arm].sweeps.some(({stage: name, stopped}) => name === stage.name && stopped !== 'not over'))
        continue;
      await run.save();
      if (budgetEnded(decision, run.gpus()) !== null) return;
      await runStages(run, arm, [stage]);
    }
};

/**
 * What an engine takes of a card may follow from what is free on it when it starts: only where the pools have a size of their
 * own are all sides started at once, which saves the minutes of one of them.
 */
const bringSidesUp = async (run: DecisionRun): Promise<void> => {
  if (run.options.kvTokens !== null) await run.upTogether();
  else for (const arm of run.measured) await run.up(arm);
};

/** Measures all that the decision still lacks. Throws what ended it early; what was finished is on the disk. */
export const measureDecision = async (run: DecisionRun): Promise<void> => {
  if (keepsBothUp(run)) await bringSidesUp(run);
  await run.save();
  await compareAnswers(run);
  await measurePairs(run);
  await describeSides(run);
  if (run.ground !== null) return; // of other machines this one knows nothing
  // Not before the first request: by now the client's code is compiled as it was in the trials.
  const {measureClientOverhead} = await import('../../load/overhead.ts');
  const clientOverhead = await measureClientOverhead();
  for (const arm of run.measured) run.records[arm].clientOverhead = clientOverhead;
};
