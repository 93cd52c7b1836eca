import type {Rehearsal, RehearsalStage, StageName} from '../../schema/rehearsal.ts';
import type {RehearsalCheck} from '../../schema/rehearsal-verdict.ts';
import {countText, shareText} from '../metric-sentence.ts';
import {interruption, lastStage, stageInterruption} from './spans.ts';

/** Checks of one part: `check('downtime', 'pass', …)`. */
export const checksOf =
  (of: RehearsalCheck['of']) =>
  (code: string, outcome: RehearsalCheck['outcome'], detail: string): RehearsalCheck => ({code, of, outcome, detail});

export type Check = ReturnType<typeof checksOf>;

/** The last passing of a stage that came to an end of its own; else what is to be said of one that was not reached, or broken off. */
export const endedStage = (
  check: Check,
  rehearsal: Rehearsal,
  name: StageName,
): (Pick<RehearsalStage, 'detail'> & {outcome: Exclude<RehearsalStage['outcome'], 'running'>}) | RehearsalCheck => {
  const stage = lastStage(rehearsal, name);
  const reason = interruption(rehearsal);
  const why = reason === null ? '' : `: ${reason}`;
  if (stage === null) return check(name, 'inconclusive', `The stage ${name} was never reached${why}.`);
  const {outcome, detail} = stage;
  if (outcome === 'running') return check(name, 'inconclusive', `The rehearsal ended in the stage ${name}${why}.`);
  const broken = stageInterruption(rehearsal, name);
  return broken === null
    ? {outcome, detail}
    : check(name, 'inconclusive', `The stage ${name} was broken off: ${broken}.`);
};

/** What a stage that was broken off seems to be beyond, it may be beyond for that reason. */
export const unlessBrokenOff = (rehearsal: Rehearsal, name: StageName, judged: RehearsalCheck): RehearsalCheck => {
  const broken = judged.outcome === 'fail' ? stageInterruption(rehearsal, name) : null;
  return broken === null
    ? judged
    : {...judged, outcome: 'inconclusive', detail: `${judged.detail} But the stage ${name} was broken off: ${broken}.`};
};

interface Limited {
  readonly code: string;
  /** Null: it is not known. */
  readonly value: number | null;
  readonly limit: number;
  /** "3.1 s from the fault to its detection" */
  readonly text: (value: string) => string;
  readonly unit: 'ms' | 's';
  /** Said where it is not known. */
  readonly unknown: string;
}

/** At most the limit; what is not known passes nothing. */
export const atMost = (check: Check, {code, value, limit, text, unit, unknown}: Limited): RehearsalCheck =>
  value === null
    ? check(code, 'inconclusive', unknown)
    : check(
        code,
        value <= limit ? 'pass' : 'fail',
        `${text(unit === 's' ? secondsText(value) : `${value.toFixed(0)} ms`)} (limit ${limit} ${unit}).`,
      );

/** Below a second in milliseconds: 0.01 s would be one digit. */
const secondsText = (seconds: number): string =>
  seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${Number(seconds.toPrecision(3))} s`;

interface Shared {
  readonly code: string;
  readonly count: number;
  readonly all: number;
  readonly limit: number;
  /** "were refused while cutting over" */
  readonly what: string;
}

/** A share of requests, counted and not inferred. Without any request nothing is shown. */
export const shareAtMost = (check: Check, {code, count, all, limit, what}: Shared): RehearsalCheck =>
  all === 0
    ? check(code, 'inconclusive', `No request was sent to see whether any ${what}.`)
    : check(
        code,
        count <= limit * all ? 'pass' : 'fail',
        `${count} of ${countText(all, 'request')} ${what}: ${shareText(count / all)} (limit ${shareText(limit)}).`,
      );

/** Answers of an examination against the baseline's first ones: every required role must be shown to be the same. */
export const answersCheck = (
  check: Check,
  {plan, answers}: Pick<Rehearsal, 'plan' | 'answers'>,
  when: Rehearsal['answers'][number]['when'],
): RehearsalCheck => {
  const {required} = plan.answers;
  const compared = answers.filter(other => other.when === when).flatMap(({roles}) => roles);
  const own = compared.filter(({role}) => required.includes(role));
  const differing = own.filter(({outcome}) => outcome === 'differs');
  if (differing.length > 0)
    return check(
      'answers',
      'fail',
      differing.map(({role, detail}) => `${role} answers differently: ${detail}`).join(' '),
    );
  if (required.length === 0) return check('answers', 'not-asked', 'The plan requires no answers to be the same.');
  const missing = required.filter(role => !own.some(other => other.role === role && other.outcome === 'same'));
  if (missing.length === 0)
    return check('answers', 'pass', `${required.join(', ')}: the same as the baseline's before.`);
  const details = own.filter(({outcome}) => outcome === 'unknown').map(({detail}) => ` ${detail}`);
  return check(
    'answers',
    'inconclusive',
    `${missing.join(', ')}: it is not known whether the answers are the same.${details.join('')}`,
  );
};
