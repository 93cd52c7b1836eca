import {takeBlocks} from '../blocks.ts';
import {allQuestions, askKnown} from '../known-answers.ts';
import {noteFacts} from '../side-helper.ts';
import {done} from '../stage-end.ts';
import type {Stage} from './stage.ts';

/** What proves that the baseline is what it was: latency, answers, image, arguments and model. */
export const after: Stage = async run => {
  const {rehearsal, parts} = run;
  await takeBlocks(run, 'after');
  parts.told.progress.show('after · asking the baseline once more what it was asked before');
  const roles = await askKnown(run, 'baseline', allQuestions(run), {keepAs: 'after'});
  rehearsal.answers = [...rehearsal.answers.filter(({when}) => when !== 'after'), {when: 'after', roles}];
  await noteFacts(run, 'baseline');
  return done();
};
