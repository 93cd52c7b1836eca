import {candidateUp, checkCandidate} from '../candidate-up.ts';
import {nobody} from '../rehearsal-run.ts';
import {sideDown} from '../side-helper.ts';
import {done, type StageEnd} from '../stage-end.ts';
import type {Strategy} from './strategy.ts';

/** Both never share a card: the baseline is stopped before the candidate is started, and requests are refused meanwhile. */
export const restart: Strategy = {
  kind: 'restart',
  stages: ['baseline-up', 'before', 'cutover', 'watch', 'fault', 'rollback', 'recover', 'after', 'down'],
  async cutover(run): Promise<StageEnd> {
    if (run.rehearsal.helpers.baseline !== null) {
      await run.setRoute(nobody, 'nobody serves: requests are refused with retry advice');
      await run.admin.drain('baseline', run.parts.timeoutMs);
      await sideDown(run, 'baseline');
    }
    const up = await candidateUp(run);
    if (up.outcome !== 'done') return up;
    const checked = await checkCandidate(run);
    if (checked.outcome !== 'done') return checked;
    await run.setRoute({...nobody, primary: 'candidate'}, 'all requests go to the candidate');
    return done();
  },
};
