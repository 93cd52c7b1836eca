import {gatewayDown} from '../gateway-helper.ts';
import {loadEnded} from '../load-of-rehearsal.ts';
import {type RehearsalRun, toBaseline} from '../rehearsal-run.ts';
import {serves, sideDown} from '../side-helper.ts';
import {done} from '../stage-end.ts';
import {endStrays} from '../strays.ts';
import {liftFault} from '../strike.ts';
import type {Stage} from './stage.ts';

/** Each of them whatever became of those before it; then what the first one failed of. */
const allOf = async (steps: readonly (() => Promise<void>)[]): Promise<void> => {
  const failures: unknown[] = [];
  for (const step of steps) await step().catch((thrown: unknown) => failures.push(thrown));
  if (failures.length > 0) throw failures[0];
};

const candidateDown = async (run: RehearsalRun): Promise<void> => {
  if (run.rehearsal.helpers.candidate === null) return;
  // A gateway that is gone routes nobody, and the candidate is stopped all the same.
  if (await serves(run, 'baseline')) await run.setRoute(toBaseline, 'all requests go to the baseline').catch(() => {});
  await liftFault(run);
  await sideDown(run, 'candidate');
};

/** From whatever state the rehearsal is in: the baseline is routed if it serves, and then all is stopped in order. */
export const down: Stage = async run => {
  await allOf([
    () => candidateDown(run),
    () => loadEnded(run),
    () => sideDown(run, 'baseline'),
    () => gatewayDown(run),
    () => endStrays(run.folder.path, run.rehearsal.helpers),
  ]);
  return done();
};
