import type {Examiner, Judgement} from '../examinations/examiner.ts';
import type {Answer} from '../schema/answer.ts';
import type {Check} from '../schema/examination.ts';
import {type Role, roles} from '../schema/request.ts';
import {askParity} from './ask.ts';
import {askedTwice, differencesIn, distance} from './compare.ts';
import {type GivenAnswer, isAnswered, type Measure} from './measure.ts';
import {measures} from './measures.ts';
import type {ParityReply} from './reply.ts';

const given = (answers: readonly Answer[]): readonly (GivenAnswer & Pick<Answer, 'pass' | 'failure'>)[] =>
  answers.map(({id, pass, status, failure, reply}) => ({
    id,
    pass,
    status,
    failure,
    reply: reply as ParityReply, // what `ask` put there
  }));

const answeredCheck = (role: Role, answers: ReturnType<typeof given>): Check => {
  const about = {id: `${role}.answered`, title: `Every ${role} question is answered`};
  const asked = answers.filter(({reply}) => reply.kind === role);
  if (asked.length === 0)
    return {
      ...about,
      outcome: 'unknown',
      detail: `no ${role} question was asked: the stack has no server for it`,
      example: null,
    };
  const missing = asked.filter(one => !isAnswered(one)).sort((a, b) => a.reply.input.length - b.reply.input.length);
  const broken = missing.filter(({status}) => status === null || status < 400 || status >= 500);
  const smallest = broken[0] ?? missing[0];
  if (smallest === undefined) return {...about, outcome: 'pass', detail: `${asked.length} answers`, example: null};
  const words = 'refusal' in smallest.reply ? `: ${smallest.reply.refusal}` : '';
  const why =
    smallest.failure ?? (smallest.status === 200 ? 'a reply that is no answer' : `HTTP ${smallest.status}${words}`);
  // What an engine refuses is for the comparison: there is no right answer to a text of spaces.
  const outcome = broken.length > 0 || missing.length === asked.length ? 'fail' : 'note';
  return {
    ...about,
    outcome,
    detail: `${missing.length} of ${asked.length} are not: ${why}`,
    example: smallest.reply.input,
  };
};

const shown = (value: number) => String(Number(value.toPrecision(3)));

const ownCheck = (
  measure: Measure,
  {first, second}: ReturnType<typeof askedTwice>,
): {check: Check; value: number | null} => {
  const about = {id: `own.${measure.id}`, title: `Asked twice: ${measure.title}`};
  const own = distance(measure, first, second);
  if (own === null)
    return {value: null, check: {...about, outcome: 'unknown', detail: 'not one answer to tell it by', example: null}};
  const [smallest] = differencesIn(own.apart, first, measure.floor);
  const detail =
    measure.kind === 'graded'
      ? `at most ${shown(own.value)} in ${own.n}`
      : `${Math.round(own.value * own.n)} of ${own.n} differ`;
  return {
    value: own.value,
    check: smallest
      ? {...about, outcome: 'note', detail: `${detail}; ${smallest.detail}`, example: smallest.input}
      : {...about, outcome: 'pass', detail, example: null},
  };
};

const judge = (answers: readonly Answer[]): Judgement => {
  const all = given(answers);
  const twice = askedTwice(all);
  const own = measures.map(measure => ({id: measure.id, ...ownCheck(measure, twice)}));
  const answered = new Set(all.filter(isAnswered).map(({reply}) => reply.kind as string));
  return {
    // That a role was not asked, or answered nothing, is said once and not measure by measure.
    checks: [
      ...roles.map(role => answeredCheck(role, all)),
      ...own.filter(({id, value}) => value !== null || answered.has(id.split('.')[0] ?? '')).map(({check}) => check),
    ],
    measures: Object.fromEntries(own.map(({id, value}) => [`own.${id}`, value])),
  };
};

/** One engine against itself. Two engines: compare.ts, with both of their answers files. */
export const parity: Examiner<'parity'> = {
  ask: askParity,
  judge,
  questionOf: ({reply}) => (reply as ParityReply).input,
};
