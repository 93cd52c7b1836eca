import {reasonOf} from '../errors.ts';
import {beginDecision} from './decide/begin-decision.ts';
import type {DecideContext} from './decide/decide-context.ts';
import type {DecisionRun} from './decide/decision-run.ts';
import {measureDecision} from './decide/measure-decision.ts';
import {resumeDecision} from './decide/resume-decision.ts';
import {showDecision} from './decide/show-decision.ts';
import {noteFailure} from './run-record.ts';

/** Before the servers stop: that may take minutes, and somebody may lose patience with it. */
const close = async (run: DecisionRun): Promise<void> => {
  const {decision, sitting, terminal} = run;
  terminal.progress.finish();
  const endedAt = new Date().toISOString();
  for (const arm of run.measured) {
    const {record, folder} = run.armRun(arm);
    Object.assign(record, {status: decision.status, failure: decision.failure, endedAt});
    await folder.save(record);
  }
  Object.assign(decision, {endedAt});
  Object.assign(sitting, {endedAt});
  await run.save();
};

/** A side that died is no less of a fact when the decision goes on: its run keeps it as a warning, which threatens the verdict. */
const noteDeath = ({measured, armRun, interrupted}: DecisionRun): void => {
  if (interrupted.aborted) return; // a Ctrl-C reaches the servers too
  for (const {record, stack} of measured.map(armRun))
    if (stack?.died.aborted === true)
      record.findings.push({
        ...{code: 'server-died', severity: 'warning'},
        message: `A server of this side died while it was measured: ${reasonOf(stack.died.reason)}`,
        hint: 'Its log is in the folder of the run.',
      });
};

/** Measures to the end, or to what ends it early, and takes the stacks down. The decision on the disk is whole whatever it throws. */
const measure = async (context: DecideContext): Promise<string> => {
  await using opened = new AsyncDisposableStack();
  const run = await (context.options.resume === null ? beginDecision : resumeDecision)(context, opened);
  const {decision, folder, terminal} = run;
  try {
    await measureDecision(run);
    decision.status = 'complete';
  } catch (thrown) {
    noteFailure(decision, thrown);
    noteDeath(run);
    // What ended it is the reason that counts, also where it cannot be written any more.
    await close(run).catch(() => {});
    terminal.warn(`What was measured is kept: npm run decide -- --resume ${folder.path} goes on with it.`);
    throw thrown;
  }
  await close(run);
  return folder.path;
};

/**
 * Decides whether a candidate may take the place of a baseline: measures both in pairs of blocks, or goes on with that, or reads
 * what was measured; then computes the verdict and its reports. Resolves with the exit code of the verdict.
 */
export const decide = async (context: DecideContext): Promise<number> => {
  const {options, terminal, reportsDir} = context;
  const place = options.from ?? (await measure(context));
  return showDecision({place, reportsDir, options, terminal});
};
