import {metrics} from '../stats/metrics.ts';
import {isValid} from './pairs.ts';
import type {Threatened} from './threats.ts';

/** Whether the primary metric's ratios hang on which side of a pair went first, beyond what chance makes of so few. */
export const orderThreats = ({pairs, workloads}: Pick<Threatened, 'pairs' | 'workloads'>): readonly string[] =>
  workloads.flatMap(({name, metrics: [primary]}) => {
    const valid = pairs.filter(pair => pair.workload === name && pair.phase === 'ab' && isValid(pair));
    // A metric that some pairs lack has fewer ratios, and it is not known whose they are.
    if (primary === undefined || primary.pairRatios.length !== valid.length) return [];
    const effects = valid.map(({blocks}, at) => ({
      first: blocks.baseline.index < blocks.candidate.index ? 'baseline' : 'candidate',
      effect: Math.log(primary.pairRatios[at] ?? Number.NaN),
    }));
    const of = (side: string) => effects.filter(({first}) => first === side).map(({effect}) => effect);
    const [ours, theirs] = [of('baseline'), of('candidate')];
    if (ours.length < 2 || theirs.length < 2) return [];
    const [a, b] = [meanOf(ours), meanOf(theirs)];
    if (!(Math.abs(a - b) > 2 * standardError(ours, theirs))) return [];
    const ratio = (effect: number) => Number(Math.exp(effect).toPrecision(3));
    const shifts = ours.length === theirs.length ? 'and does not shift it' : 'and shifts it a little';
    return [
      `${name}: who goes first moves the ratio of ${metrics[primary.metric].title}: ${ratio(a)} in the ${ours.length} pairs in which the baseline did, ${ratio(b)} in the ${theirs.length} in which the candidate did. That widens the interval ${shifts}.`,
    ];
  });

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of the difference of two means, with one variance for both. */
const standardError = (one: readonly number[], other: readonly number[]): number => {
  const squares = [one, other].flatMap(values => values.map(value => (value - meanOf(values)) ** 2));
  const variance = (meanOf(squares) * squares.length) / (squares.length - 2);
  return Math.sqrt(variance * (1 / one.length + 1 / other.length));
};
