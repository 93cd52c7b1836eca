import {arms} from '../schema/block.ts';
import type {Trial} from '../schema/trial.ts';
import {countText, shareText, tokensText} from './metric-sentence.ts';
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
      return [...countedDifferently(name, of), ...unknownCache(name, of), ...fewerAtOnce(name, of)];
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

/** Users who wait for an answer before they send the next are as many on both sides: who holds less of them serves fewer. */
const fewerAtOnce = (workload: string, pairs: readonly TrialPair[]): readonly string[] => {
  const [ours, theirs] = arms.map(arm => mostHeld(pairs.map(pair => pair[arm])));
  if (ours == null || theirs == null || Math.max(ours, theirs) < 2 * Math.min(ours, theirs)) return [];
  const [less, more] = ours < theirs ? arms : arms.toReversed();
  return [
    `${workload}: the ${less} never held more than ${tokensText(Math.min(ours, theirs))} KV tokens, the ${more} up to ${tokensText(Math.max(ours, theirs))}: the ${less} served fewer requests at once.`,
  ];
};

/** Null where the server did not tell in every trial, or the load does not wait for answers. */
const mostHeld = (trials: readonly Trial[]): number | null => {
  const held = trials.map(({kvUse, load}) => (load.mode === 'closed' ? (kvUse?.maxTokens ?? null) : null));
  return held.length === 0 || held.some(tokens => tokens === null)
    ? null
    : Math.max(...held.filter(tokens => tokens !== null));
};

/** By its first message, since figures in it differ from block to block. */
const warned = (trials: readonly Trial[]): readonly string[] => {
  const found = trials.flatMap(({findings}) => [
    ...new Map(findings.filter(({severity}) => severity === 'warning').map(one => [one.code, one])).values(),
  ]);
  return [...Map.groupBy(found, ({code}) => code)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([code, all]) =>
        `${countText(all.length, 'block')} had a warning (${code})${all.length > 1 ? ', the first one' : ''}: ${all[0]?.message}.`,
    );
};
