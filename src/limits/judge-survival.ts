import type {Answer} from '../schema/answer.ts';
import {check, type Findings, inputOf, toldOf} from './findings.ts';
import {questions} from './questions.ts';

/** Whether the server served to the last question; where it did not, what it was asked then and what nobody could ask it. */
export const judgeSurvival = (role: 'embed' | 'rerank', answers: readonly Answer[]): Findings => {
  const all = toldOf(answers);
  const [id, title] = [`${role}.survives`, `The ${role} server still serves after every question`];
  const last = all.find(({reply}) => typeof reply.gone === 'string');
  const count = `${all.length} ${all.length === 1 ? 'question' : 'questions'}`;
  if (last === undefined) return {checks: [check(id, title, 'pass', count)], measures: {}};
  const known = new Set(all.map(one => `${one.id} ${one.pass}`));
  const lost = questions[role]
    .filter(({name, pass}) => !known.has(`${role}/${name} ${pass}`))
    .map(({name, pass}) => (pass === 1 ? name : `${name} again`));
  const {tokens} = last.reply.asked;
  const lengths = tokens === undefined ? 'texts of every length' : 'other lengths';
  return {
    checks: [
      check(
        id,
        title,
        'fail',
        `it stopped answering after ${count} (${last.reply.gone}); not asked after that: ${[...lost, lengths].join(', ')}`,
        inputOf(last),
      ),
    ],
    measures: {},
  };
};
