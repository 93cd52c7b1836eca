import type {RehearsalRun} from './rehearsal-run.ts';
import {serves, sideDown} from './side-helper.ts';
import {liftFault} from './strike.ts';

/** Stops the candidate when the requests that it has are answered: of those that it takes with it its account says nothing. New ones go elsewhere by now. */
export const candidateDown = async (run: RehearsalRun): Promise<void> => {
  await liftFault(run);
  const drainMs = Math.min(run.parts.timeoutMs, run.rehearsal.plan.limits.rollbackSeconds * 1000);
  // A gateway that is gone has no request on the way, and the candidate is stopped all the same.
  if (await serves(run, 'candidate')) await run.admin.drain('candidate', drainMs).catch(() => {});
  await sideDown(run, 'candidate');
};
