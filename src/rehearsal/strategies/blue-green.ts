import {toBaseline} from '../rehearsal-run.ts';
import {done} from '../stage-end.ts';
import {type Strategy, sideBySide, switchMs} from './strategy.ts';

/** In-flight requests finish on the baseline, which stays up as the standby. */
export const blueGreen: Strategy = {
  kind: 'blue-green',
  stages: sideBySide,
  async cutover(run) {
    await run.setRoute(
      {...toBaseline, primary: 'candidate', standby: 'baseline'},
      'all requests go to the candidate; the baseline stands by',
    );
    const {inFlight} = await run.admin.drain('baseline', run.parts.timeoutMs);
    await run.wait(switchMs);
    return done(inFlight === 0 ? null : `${inFlight} requests did not leave the baseline in time`);
  },
};
