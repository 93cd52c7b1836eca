import type {Answer} from '../schema/answer.ts';
import type {Property} from './property.ts';
import {expectationOf, subjectOf} from './question.ts';
import {askedOf, fieldsOf, jsonOf} from './reply.ts';
import {shown} from './shown.ts';

const came = ({status}: Answer) => status !== null;
const refused = ({status}: Answer) => status !== null && status >= 400;
const expected = (what: ReturnType<typeof expectationOf>) => (answer: Answer) =>
  came(answer) && expectationOf(answer.id) === what;
const named = (name: string) => (answer: Answer) => came(answer) && answer.id.includes(`/${name}`);

/** Of every reply, whatever the path. */
export const httpProperties: readonly Property[] = [
  {id: 'reply', title: 'Every question gets a reply', about: () => true, problem: ({failure}) => failure},
  {
    id: 'no-5xx',
    title: 'No question ends in a server error',
    about: came,
    problem: ({status}) => ((status ?? 0) >= 500 ? `status ${status}` : null),
  },
  {
    id: 'answered',
    title: 'What is right is answered with 200',
    about: expected('answered'),
    problem: ({status, ...answer}) =>
      status === 200 ? null : `status ${status}: ${shown(jsonOf({status, ...answer}))}`,
  },
  {
    id: 'refused',
    title: 'What is wrong is refused with a 4xx',
    about: expected('refused'),
    problem: ({status}) => (status !== null && status >= 400 && status < 500 ? null : `status ${status}`),
  },
  {
    id: 'error-shape',
    title: 'A refusal says why, as a sentence in `error`',
    about: answer => refused(answer) && subjectOf(answer.id) !== 'http',
    problem: answer => {
      const error = fieldsOf(jsonOf(answer))?.error;
      return typeof error === 'string' && error !== '' ? null : `error is ${shown(error)}`;
    },
  },
  {
    id: 'wrong-method',
    title: 'GET on a path that takes POST is 405',
    about: named('method-of-'),
    problem: ({status}) => (status === 405 ? null : `status ${status}`),
  },
  {
    id: 'unknown-path',
    title: 'A path that is none is 404',
    about: named('unknown-path'),
    problem: ({status}) => (status === 404 ? null : `status ${status}`),
  },
  {
    id: 'unknown-model',
    title: 'A model that is not served is refused, or the reply tells which one answered instead',
    about: named('unknown-model'),
    problem: answer => {
      const asked = fieldsOf(askedOf(answer))?.model;
      return answer.status === 200 && fieldsOf(jsonOf(answer))?.model === asked
        ? `the reply says ${shown(asked)}`
        : null;
    },
  },
];
