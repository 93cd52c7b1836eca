import {reasonOf} from '../errors.ts';
import {machineNow} from '../load/clock.ts';
import {passStage, passStages} from '../rehearsal/pass-stages.ts';
import type {RehearsalRun} from '../rehearsal/rehearsal-run.ts';
import {beginRehearsal} from './rehearse/begin-rehearsal.ts';
import type {RehearseContext} from './rehearse/rehearse-context.ts';
import {resumeRehearsal} from './rehearse/resume-rehearsal.ts';
import {showRehearsal} from './rehearse/show-rehearsal.ts';
import {noteFailure} from './run-record.ts';

const close = async (run: RehearsalRun): Promise<void> => {
  const {rehearsal} = run;
  rehearsal.endedAt = new Date().toISOString();
  const sitting = rehearsal.sittings.at(-1); // those before it were killed, and have no end
  if (sitting !== undefined) sitting.endMs = machineNow();
  await run.save();
};

/** The baseline serves again if it can, then everything that was started is stopped. What fails of that is told beside the first reason. */
const takeDown = async (run: RehearsalRun, warn: (line: string) => void): Promise<void> => {
  if (run.stage?.name === 'down' && run.stage.outcome === 'failed') return;
  run.closing = true;
  await passStage(run, 'down').catch(thrown => warn(`Not all was stopped: ${reasonOf(thrown)}`));
};

/** Back to the baseline, started again if it is gone, where it ever served. */
const giveUp = async (run: RehearsalRun): Promise<void> => {
  const {rehearsal} = run;
  const failure = {code: 'INTERRUPTED', message: 'given up with --abort'};
  Object.assign(rehearsal, {status: 'interrupted', failure});
  if (rehearsal.helpers.gateway !== null && rehearsal.sides.some(({arm}) => arm === 'baseline'))
    await passStage(run, 'rollback');
  await passStage(run, 'down');
};

/** Steps through the rehearsal to its end, and takes everything down. rehearsal.json is whole whatever it throws. */
const stepThrough = async (context: RehearseContext): Promise<string> => {
  const {options, terminal} = context;
  const fresh = options.resume === null && options.abort === null;
  const run = await (fresh ? beginRehearsal : resumeRehearsal)(context);
  const {rehearsal, folder} = run;
  try {
    if (options.abort === null) {
      await passStages(run);
      rehearsal.status = 'complete';
    } else await giveUp(run);
  } catch (thrown) {
    terminal.progress.finish();
    noteFailure(rehearsal, thrown);
    await takeDown(run, terminal.warn);
    // What ended it is the reason that counts, also where it cannot be written any more.
    await close(run).catch(() => {});
    terminal.warn(`What was seen is kept: npm run rehearse -- --from ${folder.path} shows it.`);
    throw thrown;
  }
  terminal.progress.finish();
  await close(run);
  return folder.path;
};

/**
 * Rehearses a cutover and the way back under load, or goes on with that, or gives it up, or reads what was seen; then computes both verdicts
 * and their reports. Resolves with the exit code of the worse one.
 */
export const rehearse = async (context: RehearseContext): Promise<number> => {
  const {options, terminal, reportsDir} = context;
  const place = options.from ?? (await stepThrough(context));
  return showRehearsal({place, reportsDir, options, terminal});
};
