import {
  type Answers,
  type Apart,
  differs,
  each,
  equal,
  halfRounding,
  type Measure,
  rounded,
  sameOrNot,
  shareLost,
} from './measure.ts';
import {type EmbedReply, vectorOf} from './reply.ts';
import {cosine, neighbours, norm} from './vectors.ts';

const vectorPair = (apart: (a: Float32Array, b: Float32Array) => Apart | null) =>
  each('embed', (a: EmbedReply, b: EmbedReply) =>
    a.vector === null || b.vector === null ? null : apart(vectorOf(a.vector), vectorOf(b.vector)),
  );

/** Every pair of texts is looked at: of more than these the neighbours are not looked for. */
const neighbouredTexts = 1000;

/** Neighbours within the texts that both sides have a vector for; `apart` sees the ids of each side's nearest ones. */
const nearest =
  (count: number, apart: (a: readonly string[], b: readonly string[]) => Apart): Measure['between'] =>
  (a, b) => {
    const vectorFor = (answers: Answers, id: string) => {
      const reply = answers.get(id)?.reply;
      return reply?.kind === 'embed' && reply.vector !== null ? reply.vector : null;
    };
    const shared = [...a.keys()]
      .filter(id => vectorFor(a, id) !== null && vectorFor(b, id) !== null)
      .sort()
      .slice(0, neighbouredTexts);
    if (shared.length < 2) return new Map();
    const [left, right] = [a, b].map(side =>
      neighbours(
        shared.map(id => vectorOf(vectorFor(side, id) ?? '')),
        count,
      ).map(indexes => indexes.map(index => shared[index] ?? '')),
    ) as [string[][], string[][]];
    return new Map(shared.map((id, index) => [id, apart(left[index] ?? [], right[index] ?? [])]));
  };

export const embedMeasures: readonly Measure[] = [
  {
    id: 'embed.dimension',
    title: 'Vectors have as many numbers',
    kind: 'counted',
    floor: 0,
    between: vectorPair((a, b) => sameOrNot(a.length, b.length)),
  },
  {
    id: 'embed.cosine',
    title: 'Vectors point the same way (1 - cosine)',
    kind: 'graded',
    // Rounding every number to half precision turns a vector by halfRounding at most: 1 - cos is half its square, 1.2e-7.
    floor: 1e-6,
    between: vectorPair((a, b) => {
      const similarity = cosine(a, b);
      if (similarity === null) return null;
      return {difference: 1 - similarity, detail: `cosine ${similarity.toFixed(7)}`};
    }),
  },
  {
    id: 'embed.norm',
    title: 'Vectors are as long',
    kind: 'graded',
    floor: halfRounding,
    between: vectorPair((a, b) => ({
      difference: Math.abs(norm(a) - norm(b)),
      detail: `length ${rounded(norm(a))} against ${rounded(norm(b))}`,
    })),
  },
  {
    id: 'embed.nearest',
    title: 'Every text has the same nearest text',
    kind: 'counted',
    floor: 0,
    between: nearest(1, ([a = '-'], [b = '-']) => (a === b ? equal(a) : differs(`nearest is ${a} against ${b}`))),
  },
  {
    id: 'embed.nearest10',
    title: 'Every text has the same ten nearest texts, in any order',
    kind: 'graded',
    floor: 0,
    between: nearest(10, (a, b) =>
      shareLost(a.filter(id => b.includes(id)).length / (a.length || 1), 'the ten nearest'),
    ),
  },
];
