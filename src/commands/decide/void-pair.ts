import type {PlannedBlock} from '../../schema/block.ts';
import type {Decision} from '../../schema/decision.ts';
import {isValid, pairsOf} from '../../verdict/pairs.ts';

type Made = Pick<Decision, 'blocks' | 'sittings' | 'storedBaseline'>;
type OfWorkload = Pick<PlannedBlock, 'phase' | 'workload'>;

/** Pairs of a workload in a phase, oldest first. */
const ownPairs = (made: Made, {phase, workload}: OfWorkload) =>
  pairsOf(made).filter(pair => pair.phase === phase && pair.workload === workload);

export const validPairs = (made: Made, of: OfWorkload): number => ownPairs(made, of).filter(isValid).length;

export const voidPairs = (made: Made, of: OfWorkload): number =>
  ownPairs(made, of).filter(pair => !isValid(pair)).length;

/** So many in a row are no accident. */
const inRow = 3;

/** What is told when a pair is over, for each of its workloads that was void: `pair 4 · embed: void (client-lag), it is made again`. */
export const voidPairText = (
  {plan, ...made}: Made & Pick<Decision, 'plan'>,
  planned: readonly PlannedBlock[],
): readonly string[] =>
  planned
    .filter(({place}) => place === 'candidate')
    .flatMap(({phase, workload, pair: number}) => {
      const own = ownPairs(made, {phase, workload});
      const last = own.find(({pair}) => pair === number);
      if (last === undefined || isValid(last)) return [];
      const bad = voidPairs(made, {phase, workload});
      const spare = `${Math.min(bad, plan.spareRuns)} of ${plan.spareRuns} spare`;
      const then =
        made.storedBaseline !== null
          ? 'it is left out'
          : bad > plan.spareRuns
            ? `no pair is left to make it again (${spare})`
            : `it is made again (${spare})`;
      const row = own.slice(-inRow);
      const busy = bad % inRow === 0 && row.length === inRow && row.every(pair => !isValid(pair));
      return [
        `${phase === 'aa' ? 'A/A pair' : 'pair'} ${number} · ${workload}: void (${last.void.join(', ')}), ${then}`,
        ...(busy
          ? [`${workload}: ${inRow} pairs in a row were void. The machine may be busy: end what else runs on it.`]
          : []),
      ];
    });
