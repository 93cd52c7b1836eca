import {type Apart, counted, differs, each, equal, halfRounding, type Measure, rounded, shareLost} from './measure.ts';
import {kendallTauB, topOverlap} from './rankings.ts';
import type {RerankReply} from './reply.ts';

const scorePair = (apart: (a: readonly number[], b: readonly number[]) => Apart | null) =>
  each('rerank', (a: RerankReply, b: RerankReply) =>
    a.scores === null || b.scores === null ? null : apart(a.scores, b.scores),
  );

const furthest = (a: readonly number[], b: readonly number[]): number =>
  Math.max(0, ...a.map((value, index) => Math.abs(value - (b[index] ?? Number.POSITIVE_INFINITY))));

export const rerankMeasures: readonly Measure[] = [
  {
    id: 'rerank.order',
    title: 'Documents stand in the same order (1 - Kendall tau-b)',
    kind: 'graded',
    floor: 0,
    most: 2,
    between: scorePair((a, b) => {
      const tau = kendallTauB(a, b);
      return tau === null ? null : {difference: Math.max(0, 1 - tau), detail: `tau-b ${tau.toFixed(4)}`};
    }),
  },
  counted(
    'rerank.top1',
    'The best document is the same',
    scorePair((a, b) =>
      topOverlap(a, b, 1) === 1
        ? equal('the same')
        : differs(`document ${a.indexOf(Math.max(...a))} against ${b.indexOf(Math.max(...b))}`),
    ),
  ),
  {
    id: 'rerank.top5',
    title: 'The best five documents are the same, in any order',
    kind: 'graded',
    floor: 0,
    most: 1,
    between: scorePair((a, b) => shareLost(topOverlap(a, b, 5), 'the best five')),
  },
  {
    id: 'rerank.score',
    title: 'Scores are the same, as probabilities',
    kind: 'graded',
    floor: halfRounding,
    most: 1,
    between: scorePair((a, b) => {
      const difference = furthest(a, b);
      return {difference, detail: `scores up to ${rounded(difference)} apart`};
    }),
  },
];
