import {CutoverError} from '../errors.ts';
import type {StageName} from '../schema/rehearsal.ts';
import {allQuestions, askKnown, whatDiffers} from './known-answers.ts';
import type {RehearsalRun} from './rehearsal-run.ts';
import {sideBegun, sideServes} from './side-helper.ts';
import {aborted, done, type StageEnd} from './stage-end.ts';
import {strike} from './strike.ts';

/** The candidate is given up: the reason is kept as what was detected. */
export const giveUp = async (run: RehearsalRun, signal: string, detail: string): Promise<StageEnd> => {
  await run.event('detected', `${signal}: ${detail}`);
  await run.event('decision', 'the candidate is given up; all requests go back to the baseline');
  return aborted(detail);
};

/** Brings the candidate up, or notes why it does not come. */
export const candidateUp = async (run: RehearsalRun): Promise<StageEnd> => {
  const {scenario, strategy} = run.parts;
  await sideBegun(run, 'candidate');
  const here: StageName | undefined = run.stage?.name;
  if (scenario.stage(strategy.kind) === here && here !== 'watch') await strike(run);
  try {
    await sideServes(run, 'candidate');
  } catch (thrown) {
    run.over.throwIfAborted();
    if (!(thrown instanceof CutoverError)) throw thrown;
    return giveUp(run, 'died', thrown.message);
  }
  return done();
};

/**
 * Asks the candidate all known questions, which warms it up as well, and compares with what the baseline said. Answers that are shown to
 * be others give it up; what cannot be told is for the verdict.
 */
export const checkCandidate = async (run: RehearsalRun): Promise<StageEnd> => {
  const {rehearsal, parts} = run;
  parts.told.progress.show(`${run.stage?.name ?? ''} · asking the candidate what the baseline was asked`);
  try {
    const keepAs = `check-${run.incarnation('candidate')}`;
    const roles = await askKnown(run, 'candidate', allQuestions(run), {keepAs});
    rehearsal.answers = [...rehearsal.answers.filter(({when}) => when !== 'check'), {when: 'check', roles}];
    const state = await run.keeper('candidate')?.state();
    if (state?.status !== 'serving') return giveUp(run, 'died', state?.failure?.message ?? 'its keeper is gone');
    const differs = whatDiffers(run, roles);
    return differs === null ? done() : giveUp(run, 'answers', differs);
  } catch (thrown) {
    run.over.throwIfAborted();
    if (!(thrown instanceof CutoverError) || thrown.code === 'RECORD_NOT_WRITABLE') throw thrown;
    return giveUp(run, 'died', thrown.message);
  }
};
