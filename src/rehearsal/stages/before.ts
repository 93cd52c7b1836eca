import {takeBlocks} from '../blocks.ts';
import {loadBegun} from '../load-of-rehearsal.ts';
import {done} from '../stage-end.ts';
import type {Stage} from './stage.ts';

export const before: Stage = async run => {
  await loadBegun(run);
  // A stack is slower at first, and would be compared with itself warm. What comes after has had the load all the time.
  run.parts.told.progress.show('before · the baseline warms up under the load');
  await run.wait(run.rehearsal.plan.blocks.seconds * 1000);
  await takeBlocks(run, 'before');
  return done();
};
