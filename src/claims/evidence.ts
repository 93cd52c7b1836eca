import {migration} from '../../suites/migration.ts';
import type {Decision} from '../schema/decision.ts';
import type {RunRecord} from '../schema/record.ts';
import type {Role} from '../schema/request.ts';
import type {Trial} from '../schema/trial.ts';
import type {Verdict} from '../schema/verdict.ts';

/** A decision with its verdict and the records of its two sides. */
export interface DecidedEvidence {
  readonly decision: Decision;
  readonly verdict: Verdict;
  readonly records: {readonly baseline: RunRecord; readonly candidate: RunRecord};
}

/** What the two engines of the migration answered to the same questions, asked of both with the same models. */
export interface AnswersCompared {
  readonly kind: 'contract' | 'parity';
  /** Run ids. */
  readonly from: string;
  readonly to: string;
  readonly outcome: 'same' | 'differs' | 'unknown';
  /** Fields of replies, or roles, that were compared, and a sentence for each that differs. */
  readonly compared: number;
  readonly differences: readonly string[];
}

/** Time to first token at a later turn over that of turn 1 in the same session, one number a session. */
export interface TurnRatios {
  readonly runId: string;
  /** `index` of the trial in the run. */
  readonly trial: number;
  readonly turn: number;
  readonly ratios: readonly number[];
}

/** All that claims are judged by. */
export interface Evidence {
  readonly runs: readonly RunRecord[];
  readonly decisions: readonly DecidedEvidence[];
  readonly answers: readonly AnswersCompared[];
  /** Of the trials that send one prompt again or warm a context. */
  readonly turnRatios: readonly TurnRatios[];
}

/** The engines that the claims are about: what is left, and what is moved to. */
export const sides = {from: migration.baseline.engine, to: migration.candidate.engine};

const realParts = (record: RunRecord): RunRecord => ({
  ...record,
  trials: record.trials.filter(({evidence}) => evidence === 'real'),
  examinations: record.examinations.filter(({evidence}) => evidence === 'real'),
});

/** The one place where simulated evidence is left out: no rule ever sees any. */
export const realOnly = ({runs, decisions, answers, turnRatios}: Evidence): Evidence => {
  const real = runs.filter(({evidence}) => evidence === 'real').map(realParts);
  const ids = new Set(real.map(({runId}) => runId));
  return {
    runs: real,
    decisions: decisions.filter(({decision, records}) =>
      [decision, records.baseline, records.candidate].every(({evidence}) => evidence === 'real'),
    ),
    answers: answers.filter(({from, to}) => ids.has(from) && ids.has(to)),
    turnRatios: turnRatios.filter(({runId, trial}) =>
      real.some(run => run.runId === runId && run.trials.some(({index}) => index === trial)),
    ),
  };
};

export const runsOf = ({runs}: Evidence, engine: string): readonly RunRecord[] =>
  runs.filter(run => run.engine.name === engine);

/**
 * Those that had the machine to themselves: the two sides of a decision may start at once on one card, and how long a start
 * takes, and what of the card's memory is gone after it, is the other side's doing too.
 */
export const runsAlone = (evidence: Evidence, engine: string): readonly RunRecord[] => {
  const beside = evidence.decisions
    .filter(({decision}) => decision.plan.between === 'flush')
    .flatMap(({records}) => [records.baseline.runId, records.candidate.runId]);
  return runsOf(evidence, engine).filter(({runId}) => !beside.includes(runId));
};

/** "qwen-awq and qwen" where the two sides of a decision served other models in this role; null where they did not. */
export const unlikeModels = ({records}: Pick<DecidedEvidence, 'records'>, role: Role): string | null => {
  const [ours, theirs] = [records.baseline, records.candidate].map(({engine}) =>
    engine.servers
      .find(server => server.role === role)
      ?.model.split('/')
      .at(-1),
  );
  // An engine may be named without its models; one that is known to differ is another matter.
  return ours === undefined || theirs === undefined || ours.toLowerCase() === theirs.toLowerCase()
    ? null
    : `${ours} and ${theirs}`;
};

export const isValid = ({findings}: Trial): boolean => findings.every(({severity}) => severity !== 'void');

export interface TrialOfRun {
  readonly run: RunRecord;
  readonly trial: Trial;
}

const validTrials = (evidence: Evidence, engine: string, wanted: (trial: Trial) => boolean): readonly TrialOfRun[] =>
  runsOf(evidence, engine).flatMap(run =>
    run.trials.filter(trial => isValid(trial) && wanted(trial)).map(trial => ({run, trial})),
  );

/** The valid trials of an engine that `wanted` picks, with their runs. None in whose middle something was done to the server. */
export const trialsOf: typeof validTrials = (evidence, engine, wanted) =>
  validTrials(evidence, engine, trial => trial.disturbance === null && wanted(trial));

/** Those in whose middle something was done to the server. */
export const disturbedTrialsOf: typeof validTrials = (evidence, engine, wanted) =>
  validTrials(evidence, engine, trial => trial.disturbance !== null && wanted(trial));

export const idsOf = (of: readonly {readonly run: RunRecord}[]): readonly string[] => [
  ...new Set(of.map(({run}) => run.runId)),
];
