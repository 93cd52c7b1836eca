import {candidateDown} from '../candidate-down.ts';
import {gatewayDown} from '../gateway-helper.ts';
import {loadEnded} from '../load-of-rehearsal.ts';
import {type RehearsalRun, toBaseline} from '../rehearsal-run.ts';
import {serves, sideDown} from '../side-helper.ts';
import {done} from '../stage-end.ts';
import {endStrays} from '../strays.ts';
import type {Stage} from './stage.ts';

/** Each of them whatever became of those before it; then what the first one failed of. */
const allOf = async (steps: readonly (() => Promise<void>)[]): Promise<void> => {
  const failures: unknown[] = [];
  for (const step of steps) await step().catch((thrown: unknown) => failures.push(thrown));
  if (failures.length > 0) throw failures[0];
};

/** Whether requests go to the baseline now, so that the candidate is not needed. */
const wayBack = async (run: RehearsalRun): Promise<boolean> => {
  if (!(await serves(run, 'baseline'))) return false;
  return run.setRoute(toBaseline, 'all requests go to the baseline').then(
    () => true,
    () => false, // the gateway is gone, or says nothing
  );
};

const candidateEnded = async (run: RehearsalRun): Promise<void> => {
  if (run.rehearsal.helpers.candidate === null) return;
  // Where there is no way back the candidate answers what is on its way.
  const first = (await wayBack(run)) ? [] : [() => loadEnded(run)];
  await allOf([...first, () => candidateDown(run)]);
};

/** From whatever state the rehearsal is in: the baseline is routed if it serves, and then all is stopped in order. */
export const down: Stage = async run => {
  await allOf([
    () => candidateEnded(run),
    () => loadEnded(run),
    () => sideDown(run, 'baseline'),
    () => gatewayDown(run),
    () => endStrays(run.folder.path, run.rehearsal.helpers),
  ]);
  return done();
};
