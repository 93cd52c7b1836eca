import {toBaseline} from '../rehearsal-run.ts';
import {done} from '../stage-end.ts';
import {type Strategy, sideBySide, switchMs} from './strategy.ts';

export const shadow: Strategy = {
  kind: 'shadow',
  stages: sideBySide,
  async cutover(run) {
    const {strategy} = run.rehearsal.plan;
    if (strategy.kind !== 'shadow') throw new TypeError('the plan is of another strategy');
    const percent = Number((strategy.share * 100).toFixed(2));
    await run.setRoute(
      {...toBaseline, mirrorShare: strategy.share},
      `the baseline serves, and the candidate is sent a copy of ${percent} % of the requests`,
    );
    await run.wait(switchMs);
    return done();
  },
};
