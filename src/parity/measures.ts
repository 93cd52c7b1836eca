import {chatMeasures} from './chat-measures.ts';
import {embedMeasures} from './embed-measures.ts';
import {
  counted,
  differs,
  each,
  eachPair,
  equal,
  type GivenAnswer,
  isAnswered,
  type Measure,
  sameIfTold,
} from './measure.ts';
import {rerankMeasures} from './rerank-measures.ts';

const told = (given: GivenAnswer): string =>
  `${isAnswered(given) ? 'answered' : 'not answered'} (${given.status ?? 'no reply'})`;

const answered = counted(
  'answered',
  'The same questions are answered',
  eachPair((a, b) => {
    if (a.reply.kind === 'error') return null;
    return isAnswered(a) === isAnswered(b) ? equal(told(a)) : differs(`${told(a)} against ${told(b)}`);
  }),
);

const errorMeasures: readonly Measure[] = [
  counted(
    'error.status',
    'Bad input gets the same status',
    eachPair((a, b) => (a.reply.kind === 'error' ? sameIfTold(a.status, b.status) : null)),
  ),
  counted(
    'error.shape',
    'Bad input gets a body of the same form',
    each('error', ({shape: a}, {shape: b}) => {
      const [left, right] = [a?.join(', ') ?? 'not JSON', b?.join(', ') ?? 'not JSON'];
      return left === right ? equal(left) : differs(`${left} against ${right}`);
    }),
  ),
];

/** In the order in which they are shown. The first word of an id is the kind of answer that it is about. */
export const measures: readonly Measure[] = [
  answered,
  ...embedMeasures,
  ...rerankMeasures,
  ...chatMeasures,
  ...errorMeasures,
];
