import type {Trial} from '../schema/trial.ts';
import {idsOf, sides, type TrialOfRun, trialsOf} from './evidence.ts';
import {listed, percent, range} from './figures.ts';
import {notMeasurable, type Rule} from './outcome.ts';

/** The messages that the claim speaks of. */
const messages = [1, 2, 5];

const uncachedShare = ({turns}: Trial, message: number): number | null => {
  const {promptTokens, cachedPromptTokens} = turns.find(({turn}) => turn === message) ?? {};
  if (!promptTokens || cachedPromptTokens === null || cachedPromptTokens === undefined) return null;
  return 1 - cachedPromptTokens / promptTokens;
};

const shareText = (trials: readonly TrialOfRun[], message: number): string => {
  const shares = trials.flatMap(({trial}) => uncachedShare(trial, message) ?? []);
  return `${range(shares, percent)} at message ${message}`;
};

/** Prompts do not shrink; what a prefix cache saves is their computation, and how much lies in how much of a message is new. */
export const uncachedByMessage: Rule = (_claim, evidence) => {
  const trials = trialsOf(
    evidence,
    sides.to,
    trial => trial.workload.kind === 'prefix' && messages.every(message => uncachedShare(trial, message) !== null),
  );
  return notMeasurable(
    'No token is saved from a prompt: every message sends the whole history. What falls is how many of them are computed, and that depends on how much of each message is new.',
    {
      statement: 'Uncached over all prompt tokens',
      found: trials.length === 0 ? null : `${listed(messages.map(message => shareText(trials, message)))}.`,
      evidence: idsOf(trials),
    },
  );
};
