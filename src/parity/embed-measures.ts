import {cosine, norm} from '../examinations/vectors.ts';
import {
  type Answers,
  type Apart,
  counted,
  differs,
  each,
  equal,
  halfRounding,
  type Measure,
  named,
  rounded,
  sameOrNot,
  shareLost,
} from './measure.ts';
import {neighbours} from './neighbours.ts';
import {type EmbedReply, vectorOf} from './reply.ts';

const vectorPair = (apart: (a: Float32Array, b: Float32Array) => Apart | null) =>
  each('embed', (a: EmbedReply, b: EmbedReply) =>
    a.vector === null || b.vector === null ? null : apart(vectorOf(a.vector), vectorOf(b.vector)),
  );

/** Every pair of texts is looked at: of more than these the neighbours are not looked for. */
const neighbouredTexts = 1000;

/** Neighbours within the texts that both sides have a vector for; `apart` sees the ids of each side's nearest ones, and what is asked under an id. */
const nearest =
  (
    count: number,
    apart: (a: readonly string[], b: readonly string[], textOf: (id: string) => string) => Apart,
  ): Measure['between'] =>
  (a, b) => {
    const vectorFor = (answers: Answers, id: string) => {
      const reply = answers.get(id)?.reply;
      return reply?.kind === 'embed' && reply.vector !== null ? reply.vector : null;
    };
    const shared = [...a.keys()]
      .filter(id => vectorFor(a, id) !== null && vectorFor(b, id) !== null)
      .sort()
      .slice(0, neighbouredTexts);
    if (shared.length - 1 <= count) return new Map(); // all others would be among the nearest, on any engine
    const [left, right] = [a, b].map(side =>
      neighbours(
        shared.map(id => vectorOf(vectorFor(side, id) ?? '')),
        count,
      ).map(indexes => indexes.map(index => shared[index] ?? '')),
    ) as [string[][], string[][]];
    const textOf = (id: string) => a.get(id)?.reply.input ?? id;
    return new Map(shared.map((id, index) => [id, apart(left[index] ?? [], right[index] ?? [], textOf)]));
  };

export const embedMeasures: readonly Measure[] = [
  counted(
    'embed.dimension',
    'Vectors have as many numbers',
    vectorPair((a, b) => sameOrNot(a.length, b.length)),
  ),
  {
    id: 'embed.cosine',
    title: 'Vectors point the same way (1 - cosine)',
    kind: 'graded',
    // Rounding every number to half precision turns a vector by halfRounding at most: 1 - cos is half its square, 1.2e-7.
    floor: 1e-6,
    most: 2,
    between: vectorPair((a, b) => {
      const similarity = cosine(a, b);
      if (Number.isNaN(similarity)) return null;
      return {difference: 1 - similarity, detail: `cosine ${similarity.toFixed(7)}`};
    }),
  },
  {
    id: 'embed.norm',
    title: 'Vectors are as long',
    kind: 'graded',
    floor: halfRounding,
    most: Number.POSITIVE_INFINITY,
    between: vectorPair((a, b) => ({
      difference: Math.abs(norm(a) - norm(b)),
      detail: `length ${rounded(norm(a))} against ${rounded(norm(b))}`,
    })),
  },
  counted(
    'embed.nearest',
    'Every text has the same nearest text',
    nearest(1, ([a], [b], textOf) => {
      const told = (id: string | undefined) => (id === undefined ? 'none' : named(textOf(id)));
      return a === b ? equal(told(a)) : differs(`nearest is ${told(a)} against ${told(b)}`);
    }),
  ),
  {
    id: 'embed.nearest10',
    title: 'Every text has the same ten nearest texts, in any order',
    kind: 'graded',
    floor: 0,
    most: 1,
    between: nearest(10, (a, b) =>
      // Of two vectors without a direction neither has neighbours.
      a.length + b.length === 0
        ? equal('no neighbours')
        : shareLost(a.filter(id => b.includes(id)).length / Math.max(a.length, b.length), 'the ten nearest'),
    ),
  },
];
