import {takeBlocks} from '../blocks.ts';
import {loadBegun} from '../load-of-rehearsal.ts';
import {done} from '../stage-end.ts';
import type {Stage} from './stage.ts';

export const before: Stage = async run => {
  await loadBegun(run);
  await takeBlocks(run, 'before');
  return done();
};
