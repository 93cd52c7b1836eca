import type {Trial} from '../schema/trial.ts';
import {type Evidence, idsOf, sides, type TrialOfRun, trialsOf} from './evidence.ts';
import {figure, listed, modelText} from './figures.ts';
import {type MedianInterval, medianInterval} from './median-interval.ts';
import {confirmed, inconclusive, notRun, type Rule, refuted} from './outcome.ts';

interface LaterTurn extends MedianInterval {
  readonly turn: number;
  readonly sessions: number;
}

/** The ratios of all trials together: a session is held against itself, so that what changed between trials is in neither. */
const laterTurns = ({turnRatios}: Evidence, trials: readonly TrialOfRun[]): readonly LaterTurn[] => {
  const own = turnRatios.filter(({runId, trial}) =>
    trials.some(one => one.run.runId === runId && one.trial.index === trial),
  );
  return [...Map.groupBy(own, ({turn}) => turn)].flatMap(([turn, all]) => {
    const ratios = all.flatMap(one => one.ratios);
    const interval = medianInterval(ratios);
    return interval === null ? [] : [{...interval, turn, sessions: ratios.length}];
  });
};

const turnText = ({turn, median, low, high, sessions}: LaterTurn) =>
  `${figure(median)} [${figure(low)}, ${figure(high)}] at request ${turn} (${sessions} prompts)`;

/** Sessions until an interval of order statistics, which narrows with the root of their number, is as wide as its distance to 1. */
const moreSessions = ({median, low, high, sessions}: LaterTurn): number | null => {
  const needed = Math.ceil(sessions * ((high - low) / 2 / Math.abs(median - 1)) ** 2);
  return needed > 10_000 ? null : Math.max(1, needed - sessions);
};

/** Whether the first token comes sooner at every later turn than at the first one, by the median ratio of the sessions. */
const soonerLater = (wanted: (trial: Trial) => boolean): Rule => {
  return (_claim, evidence) => {
    const trials = trialsOf(evidence, sides.to, wanted);
    const turns = laterTurns(evidence, trials);
    if (turns.length === 0) return notRun('No real trial of the candidate tells it.');
    const ids = idsOf(trials);
    const models = [...new Set(trials.map(({run}) => modelText(run, 'chat')))];
    const said = `Time to first token over that of request 1, with ${listed(models)}: ${listed(turns.map(turnText))}`;
    if (turns.some(({low}) => low >= 1)) return refuted(`${said}.`, ids);
    const open = turns.find(({high}) => high >= 1);
    if (open === undefined) return confirmed(`${said}.`, ids);
    const more = moreSessions(open);
    const toGo = more === null ? '' : ` It takes about ${more} more prompts.`;
    return inconclusive(`${said}.${toGo}`, null, ids);
  };
};

export const repeatedSooner = soonerLater(({workload}) => workload.kind === 'repeat');
export const warmedSooner = soonerLater(({workload}) => workload.kind === 'warmed' && workload.warm);
