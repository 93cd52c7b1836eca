import {machineNow} from '../../load/clock.ts';
import {done, undecided} from '../stage-end.ts';
import {watchSide} from '../watching.ts';
import type {Stage} from './stage.ts';

/** What has not recovered in so often the limit is judged as it is. */
const patience = 2;

/** Waits until the baseline is shown to be what it was before. */
export const recover: Stage = async run => {
  const {recoverSeconds} = run.rehearsal.plan.limits;
  const sinceMs = machineNow();
  const seen = await watchSide(run, {
    arm: 'baseline',
    sinceMs,
    untilMs: sinceMs + recoverSeconds * patience * 1000,
    healthyFromMs: sinceMs,
  });
  return seen.outcome === 'healthy' ? done() : undecided(`After ${recoverSeconds * patience} s: ${seen.detail}`);
};
