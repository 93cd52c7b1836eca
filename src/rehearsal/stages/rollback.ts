import {candidateDown} from '../candidate-down.ts';
import {nobody, type RehearsalRun, toBaseline} from '../rehearsal-run.ts';
import {serves, sideBegun, sideDown, sideServes} from '../side-helper.ts';
import {done} from '../stage-end.ts';
import type {Stage} from './stage.ts';

/** Where the baseline is gone it is another incarnation that serves: after the candidate, whose card it may need. */
const baselineAgain = async (run: RehearsalRun): Promise<void> => {
  const {strategy, scenario} = run.parts;
  if (strategy.kind !== 'restart' && !scenario.takesBaseline)
    run.find([
      {
        ...{code: 'baseline-died', severity: 'warning'},
        message: 'The baseline died while the candidate served, and was started again for the way back.',
        hint: `Its log is in ${run.folder.sidePath(`baseline-${run.incarnation('baseline')}`)}`,
      },
    ]);
  await sideDown(run, 'baseline');
  await sideBegun(run, 'baseline');
  await sideServes(run, 'baseline');
};

/** Requests go back first; then the candidate is stopped, and it is proven that it is gone. */
export const rollback: Stage = async run => {
  if (!run.hasEvent('decision')) await run.event('decision', 'the way back is taken, as planned');
  const there = await serves(run, 'baseline');
  if (there) await run.setRoute(toBaseline, 'all requests go to the baseline');
  else await run.setRoute(nobody, 'nobody serves: requests are refused with retry advice');
  await candidateDown(run);
  if (there) return done();
  await baselineAgain(run);
  await run.setRoute(toBaseline, 'all requests go to the baseline');
  return done('The baseline was started again');
};
