import type {StageName} from '../../schema/rehearsal.ts';
import {candidateUp, checkCandidate} from '../candidate-up.ts';
import {after} from './after.ts';
import {baselineUp} from './baseline-up.ts';
import {before} from './before.ts';
import {down} from './down.ts';
import {fault} from './fault.ts';
import {recover} from './recover.ts';
import {rollback} from './rollback.ts';
import type {Stage} from './stage.ts';
import {watch} from './watch.ts';

export const stages: Readonly<Record<StageName, Stage>> = {
  'baseline-up': baselineUp,
  before,
  'candidate-up': candidateUp,
  check: checkCandidate,
  cutover: run => run.parts.strategy.cutover(run),
  watch,
  fault,
  rollback,
  recover,
  after,
  down,
};
