import {machineNow} from '../../load/clock.ts';
import {giveUp} from '../candidate-up.ts';
import {toBaseline} from '../rehearsal-run.ts';
import {done, undecided} from '../stage-end.ts';
import {watchSide} from '../watching.ts';
import {type Strategy, sideBySide} from './strategy.ts';

/** Each step ends in promote, abort or undecided; a rehearsal that goes on after a kill begins with the first step again. */
export const canary: Strategy = {
  kind: 'canary',
  stages: sideBySide,
  async cutover(run) {
    const {strategy} = run.rehearsal.plan;
    if (strategy.kind !== 'canary') throw new TypeError('the plan is of another strategy');
    for (const [index, {share, seconds, maxSeconds}] of strategy.steps.entries()) {
      const percent = `${Number((share * 100).toFixed(2))} % of the requests`;
      const number = `step ${index + 1} of ${strategy.steps.length}`;
      await run.setRoute({...toBaseline, candidateShare: share}, `${number}: the candidate is given ${percent}`);
      const sinceMs = machineNow();
      const seen = await watchSide(run, {
        arm: 'candidate',
        sinceMs,
        untilMs: sinceMs + maxSeconds * 1000,
        healthyFromMs: sinceMs + seconds * 1000,
      });
      if (seen.outcome === 'broken') return giveUp(run, seen.signal ?? '', `${number}, ${percent}: ${seen.detail}`);
      if (seen.outcome === 'open') {
        await run.event('decision', `${number} is undecided after ${maxSeconds} s: ${seen.detail}`);
        return undecided(`${number}, ${percent}: ${seen.detail}`);
      }
      await run.event('step', `${number} is promoted: ${percent}`);
    }
    await run.setRoute(
      {...toBaseline, primary: 'candidate', standby: 'baseline'},
      'all requests go to the candidate; the baseline stands by',
    );
    return done();
  },
};
