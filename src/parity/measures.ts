import {chatMeasures} from './chat-measures.ts';
import {embedMeasures} from './embed-measures.ts';
import {type Apart, differs, each, equal, type GivenAnswer, isAnswered, type Measure, sameIfTold} from './measure.ts';
import {rerankMeasures} from './rerank-measures.ts';

const answered: Measure = {
  id: 'answered',
  title: 'The same questions are answered',
  kind: 'counted',
  floor: 0,
  most: 1,
  between: (a, b) => {
    const found = new Map<string, Apart>();
    for (const [id, left] of a) {
      const right = b.get(id);
      if (right === undefined || left.reply.kind === 'error') continue;
      const told = (given: GivenAnswer) =>
        `${isAnswered(given) ? 'answered' : 'not answered'} (${given.status ?? 'no reply'})`;
      found.set(
        id,
        isAnswered(left) === isAnswered(right) ? equal(told(left)) : differs(`${told(left)} against ${told(right)}`),
      );
    }
    return found;
  },
};

const errorMeasures: readonly Measure[] = [
  {
    id: 'error.status',
    title: 'Bad input gets the same status',
    kind: 'counted',
    floor: 0,
    most: 1,
    between: (a, b) => {
      const found = new Map<string, Apart>();
      for (const [id, left] of a) {
        const right = b.get(id);
        if (left.reply.kind !== 'error' || right === undefined) continue;
        const apart = sameIfTold(left.status, right.status);
        if (apart !== null) found.set(id, apart);
      }
      return found;
    },
  },
  {
    id: 'error.shape',
    title: 'Bad input gets a body of the same form',
    kind: 'counted',
    floor: 0,
    most: 1,
    between: each('error', ({shape: a}, {shape: b}) => {
      const [left, right] = [a?.join(', ') ?? 'not JSON', b?.join(', ') ?? 'not JSON'];
      return left === right ? equal(left) : differs(`${left} against ${right}`);
    }),
  },
];

/** In the order in which they are shown. The first word of an id is the kind of answer that it is about. */
export const measures: readonly Measure[] = [
  answered,
  ...embedMeasures,
  ...rerankMeasures,
  ...chatMeasures,
  ...errorMeasures,
];
