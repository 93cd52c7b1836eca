import {machineNow} from '../../load/clock.ts';
import {giveUp} from '../candidate-up.ts';
import {done} from '../stage-end.ts';
import {strike} from '../strike.ts';
import {watchSide} from '../watching.ts';
import type {Stage} from './stage.ts';

/** The candidate with all that the strategy gives it. Where the scenario says so, the harness is killed half-way. */
export const watch: Stage = async run => {
  const {scenario, strategy} = run.parts;
  const watchMs = run.rehearsal.plan.watchSeconds * 1000;
  const sinceMs = machineNow();
  const kills = scenario.stage(strategy.kind) === 'watch' && !run.hasEvent('fault');
  const seen = await watchSide(run, {
    arm: 'candidate',
    sinceMs,
    untilMs: sinceMs + watchMs,
    async onLook(nowMs) {
      if (!kills || nowMs < sinceMs + watchMs / 2) return;
      await strike(run);
      run.parts.told.progress.finish();
      run.parts.told.note(`To go on: npm run rehearse -- --resume ${run.folder.path}`);
      process.kill(process.pid, 'SIGKILL');
    },
  });
  if (seen.outcome === 'broken') return giveUp(run, seen.signal ?? '', seen.detail);
  return done(
    seen.outcome === 'healthy' ? null : `Nothing was shown to be wrong, and not yet that all is well: ${seen.detail}`,
  );
};
