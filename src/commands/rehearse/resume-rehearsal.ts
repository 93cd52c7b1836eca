import {CutoverError} from '../../errors.ts';
import {readRehearsal, type StoredRehearsal} from '../../records/rehearsal-folder.ts';
import {adopt} from '../../rehearsal/adopt.ts';
import {bootId} from '../../rehearsal/boot-id.ts';
import {killedAtMs} from '../../rehearsal/killed-at.ts';
import type {RehearsalRun} from '../../rehearsal/rehearsal-run.ts';
import {nextStage, stagesOf} from '../../rehearsal/stage-order.ts';
import {ownerState, ownerText} from '../../runtimes/docker/ownership/owner.ts';
import {runOf} from './begin-rehearsal.ts';
import type {RehearseContext} from './rehearse-context.ts';
import {sideStarts} from './side-start.ts';

const refuseWhatIsOver = async (flag: string, {rehearsal, folder, owner}: StoredRehearsal): Promise<void> => {
  const refuse = (reason: string, hint: string) =>
    new CutoverError('BAD_OPTIONS', `${flag} ${folder.path}: ${reason}`, {hint});
  const {status} = rehearsal;
  if (status !== 'running')
    throw refuse(`this rehearsal is over (${status})`, `Show it with --from ${folder.path}, or begin another one.`);
  if (ownerState(owner) === 'alive')
    throw refuse(`${ownerText(owner)} is at it`, 'Wait for that process, or end it with Ctrl-C first.');
  if (rehearsal.bootId !== (await bootId()))
    throw refuse(
      'the machine was started anew since, or it is another one: what served is gone, and so is the clock',
      `Show what was seen with --from ${folder.path}; npm run clean removes what is left of it. Then begin another one.`,
    );
};

/**
 * Takes a rehearsal over whose harness was killed, with the options that it was begun with: helpers that are alive are adopted, others
 * started again as far as what comes next needs them.
 */
export const resumeRehearsal = async (context: RehearseContext): Promise<RehearsalRun> => {
  const {options: given, reportsDir, readOptions, terminal} = context;
  const [flag, place] = given.abort === null ? ['--resume', given.resume ?? ''] : ['--abort', given.abort];
  const stored = await readRehearsal(place, reportsDir);
  await refuseWhatIsOver(flag, stored);
  const {rehearsal, folder} = stored;
  const options = readOptions(rehearsal.command);
  const starts = await sideStarts(rehearsal.plan, options, () => {});
  const killedMs = await killedAtMs(stored);
  const stage = rehearsal.stages.at(-1)?.name ?? 'beginning';
  const run = await runOf({rehearsal, folder, starts, options}, context);
  await run.event('killed', `the harness was killed in stage ${stage}`, {atMs: killedMs});
  const goesOn = given.abort === null;
  await run.event('resumed', goesOn ? 'goes on' : 'is given up: back to the baseline, and down');
  terminal.note(`Goes on with ${rehearsal.rehearsalId} after the stage ${stage}`);
  const order = stagesOf(run.parts.strategy, run.parts.scenario);
  await adopt(run, goesOn ? nextStage(order, rehearsal.stages) : null);
  return run;
};
