import {gatewayUp} from '../gateway-helper.ts';
import {allQuestions, askKnown, firstAnswers} from '../known-answers.ts';
import {toBaseline} from '../rehearsal-run.ts';
import {sideBegun, sideServes} from '../side-helper.ts';
import {done} from '../stage-end.ts';
import type {Stage} from './stage.ts';

export const baselineUp: Stage = async run => {
  await gatewayUp(run);
  await sideBegun(run, 'baseline');
  await sideServes(run, 'baseline');
  await run.setRoute(toBaseline, 'all requests go to the baseline');
  const {gateway} = run.rehearsal.helpers;
  run.parts.told.progress.show(`baseline-up · the service answers on ${gateway?.url}`, {important: true});
  run.parts.told.progress.show('baseline-up · asking the baseline the known questions');
  await askKnown(run, 'baseline', allQuestions(run), {keepAs: firstAnswers, compareWith: null});
  return done();
};
