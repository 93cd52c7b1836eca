import type {RunRecord} from '../schema/record.ts';
import type {Trial} from '../schema/trial.ts';
import {isValid, runsOf, sides} from './evidence.ts';
import {figure, percent} from './figures.ts';
import {confirmed, inconclusive, notRun, type Rule} from './outcome.ts';

const sharedOf = ({workload}: Trial): number => (workload.kind === 'chat' ? (workload.sharedPrefix ?? 0) : 0);

interface Saving {
  readonly runId: string;
  readonly ratio: number;
  readonly text: string;
}

/** In one run, the same load: KV tokens in use with nothing shared over those with something shared. */
const savingsOf = ({runId, trials}: RunRecord): readonly Saving[] => {
  const told = trials.filter(trial => isValid(trial) && trial.workload.kind === 'chat' && trial.kvUse?.maxTokens);
  const tokensOf = ({kvUse}: Trial) => kvUse?.maxTokens ?? Number.NaN;
  return told
    .filter(trial => sharedOf(trial) > 0)
    .flatMap(shared => {
      const apart = told.find(
        trial => sharedOf(trial) === 0 && JSON.stringify(trial.load) === JSON.stringify(shared.load),
      );
      if (apart === undefined) return [];
      const text = `${figure(tokensOf(apart))} KV tokens in use with nothing shared, ${figure(tokensOf(shared))} with ${percent(sharedOf(shared))} of each prompt`;
      return [{runId, ratio: tokensOf(apart) / tokensOf(shared), text}];
    });
};

/** "Up to" holds once one load reaches it; that none has so far does not refute it. */
export const lessMemoryShared: Rule = ({size}, evidence) => {
  const savings = runsOf(evidence, sides.to).flatMap(savingsOf);
  const most = savings.toSorted((a, b) => b.ratio - a.ratio)[0];
  if (most === undefined) return notRun('No real run of the candidate with shared prompts tells its KV tokens in use.');
  const said = `${figure(most.ratio)} times less at most: ${most.text}`;
  return size !== null && most.ratio >= size - 0.5
    ? confirmed(`${said}.`, [most.runId])
    : inconclusive(`${said}. More blocks would not tell: more requests at once about the same code might.`, null, [
        most.runId,
      ]);
};
