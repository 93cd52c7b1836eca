import {chatMeasures} from './chat-measures.ts';
import {embedMeasures} from './embed-measures.ts';
import {type Apart, differs, each, equal, type GivenAnswer, type Measure, sameOrNot} from './measure.ts';
import {rerankMeasures} from './rerank-measures.ts';

const answered: Measure = {
  id: 'answered',
  title: 'The same questions are answered',
  kind: 'counted',
  floor: 0,
  between: (a, b) => {
    const found = new Map<string, Apart>();
    const usable = ({reply}: GivenAnswer) =>
      (reply.kind === 'embed'
        ? reply.vector
        : reply.kind === 'rerank'
          ? reply.scores
          : reply.kind === 'chat'
            ? reply.stream
            : null) !== null;
    for (const [id, left] of a) {
      const right = b.get(id);
      if (right === undefined || left.reply.kind === 'error') continue;
      const told = (given: GivenAnswer) =>
        `${usable(given) ? 'answered' : 'not answered'} (${given.status ?? 'no reply'})`;
      found.set(
        id,
        usable(left) === usable(right) ? equal(told(left)) : differs(`${told(left)} against ${told(right)}`),
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
    between: (a, b) =>
      new Map(
        [...a].flatMap(([id, left]) => {
          const right = b.get(id);
          return left.reply.kind !== 'error' || right === undefined
            ? []
            : [[id, sameOrNot(left.status, right.status)] as const];
        }),
      ),
  },
  {
    id: 'error.shape',
    title: 'Bad input gets a body of the same form',
    kind: 'counted',
    floor: 0,
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
