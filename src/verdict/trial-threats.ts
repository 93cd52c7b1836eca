import {arms} from '../schema/block.ts';
import type {Trial} from '../schema/trial.ts';
import {countText, shareText} from './metric-sentence.ts';
import type {Threatened} from './threats.ts';

interface TrialPair {
  readonly workload: string;
  readonly baseline: Trial;
  readonly candidate: Trial;
}

/** What the blocks that were used show of unequal work, or of numbers to read with care. */
export const trialThreats = ({decision, records, pairs}: Threatened): readonly string[] => {
  const used = pairs.filter(pair => pair.void.length === 0);
  const trials = new Map(arms.map(arm => [arm, new Map(records[arm].trials.map(trial => [trial.index, trial]))]));
  const trialPairs = used.flatMap((pair): TrialPair[] => {
    const [baseline, candidate] = arms.map(place => {
      const {arm, trial} = pair.blocks[place].block;
      return trials.get(arm)?.get(trial);
    });
    return pair.phase === 'aa' || !baseline || !candidate ? [] : [{workload: pair.workload, baseline, candidate}];
  });
  return [
    ...decision.plan.workloads.flatMap(({name}) => {
      const of = trialPairs.filter(({workload}) => workload === name);
      return [...countedDifferently(name, of), ...unknownCache(name, of)];
    }),
    ...warned(trialPairs.flatMap(({baseline, candidate}) => [baseline, candidate])),
  ];
};

/** The two got the same bytes: what they make of them in tokens must be the same too. */
const countedDifferently = (workload: string, pairs: readonly TrialPair[]): readonly string[] => {
  const shares = pairs.flatMap(({baseline, candidate}) => {
    const [ours, theirs] = [baseline, candidate].map(promptTokensEach);
    return ours == null || theirs == null ? [] : [Math.abs(theirs / ours - 1)];
  });
  const most = Math.max(0, ...shares);
  return most <= 0.01
    ? []
    : [`${workload}: the sides count the tokens of the same prompts differently, by up to ${shareText(most)}.`];
};

const promptTokensEach = ({promptTokens, counts}: Trial): number | null =>
  promptTokens === null || promptTokens === 0 || counts.ok === 0 ? null : promptTokens / counts.ok;

const unknownCache = (workload: string, pairs: readonly TrialPair[]): readonly string[] =>
  arms.flatMap(arm => {
    const blocks = pairs.filter(pair => pair[arm].cache.canary === 'unknown').length;
    return blocks === 0
      ? []
      : [
          `${workload}: whether the prefix cache of the ${arm} was empty is not known for ${countText(blocks, 'block')}: the server does not tell.`,
        ];
  });

const warned = (trials: readonly Trial[]): readonly string[] => {
  const codes = trials.flatMap(({findings}) => [
    ...new Set(findings.filter(({severity}) => severity === 'warning').map(({code}) => code)),
  ]);
  return [...new Set(codes)]
    .sort()
    .map(code => `${countText(codes.filter(other => other === code).length, 'block')} had the warning ${code}.`);
};
