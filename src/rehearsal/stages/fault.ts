import {machineNow} from '../../load/clock.ts';
import {giveUp} from '../candidate-up.ts';
import {undecided} from '../stage-end.ts';
import {strike} from '../strike.ts';
import {watchSide} from '../watching.ts';
import type {Stage} from './stage.ts';

/** What is found later than so often the limit is not found. */
const patience = 2;

/** Strikes, and waits until the watch has found it. */
export const fault: Stage = async run => {
  const sinceMs = machineNow();
  await strike(run);
  const seconds = run.rehearsal.plan.limits.detectSeconds * patience;
  const seen = await watchSide(run, {arm: 'candidate', sinceMs, untilMs: machineNow() + seconds * 1000});
  if (seen.outcome === 'broken') return giveUp(run, seen.signal ?? '', seen.detail);
  return undecided(`Nothing was found in ${seconds} s: ${seen.detail}`);
};
