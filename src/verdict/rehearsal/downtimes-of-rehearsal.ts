import type {RehearsalCheck, RehearsalVerdict} from '../../schema/rehearsal-verdict.ts';
import type {Check} from './check.ts';
import type {Downtimes} from './downtime.ts';
import type {Evidence} from './evidence.ts';
import {isMigrations} from './request-checks.ts';
import type {Span} from './spans.ts';

type Times = RehearsalVerdict['times'];
type Stretch = keyof Times['worstDowntimes'];

interface Counted extends Span {
  readonly counts: (row: number) => boolean;
}

/** Whose unserved requests are counted where; null where there was no such stretch. */
const stretches = (evidence: Evidence): Record<Stretch, Counted | null> => {
  const {cutover, rollback, faultMs, migrationEndMs} = evidence.times;
  return {
    cutover:
      cutover === null || cutover.startMs >= migrationEndMs
        ? null
        : {
            ...{startMs: cutover.startMs, endMs: Math.min(cutover.endMs, migrationEndMs)},
            counts: row => isMigrations(evidence, row),
          },
    // What was on the way when the fault struck is broken by it, too, whenever it was sent.
    fault:
      faultMs === null
        ? null
        : {
            ...{startMs: Number.NEGATIVE_INFINITY, endMs: rollback?.startMs ?? Number.POSITIVE_INFINITY},
            counts: row => !isMigrations(evidence, row),
          },
    rollback: rollback === null ? null : {...rollback, counts: () => true},
  };
};

/** While cutting over, by the fault until the way back began, and while rolling back. */
export const downtimesOf = (
  evidence: Evidence,
  downtimes: Downtimes,
): Pick<Times, 'cutoverDowntimeMs' | 'faultDowntimeMs' | 'rollbackDowntimeMs' | 'worstDowntimes'> => {
  const {cutover, fault, rollback} = stretches(evidence);
  const overall = (stretch: Counted | null) => stretch && downtimes.within(stretch, stretch.counts);
  const worst = (stretch: Counted | null) => stretch && downtimes.worst(stretch, stretch.counts);
  return {
    cutoverDowntimeMs: overall(cutover),
    faultDowntimeMs: overall(fault),
    rollbackDowntimeMs: overall(rollback),
    worstDowntimes: {cutover: worst(cutover), fault: worst(fault), rollback: worst(rollback)},
  };
};

interface DowntimeCheck {
  readonly times: ReturnType<typeof downtimesOf>;
  readonly stretch: 'cutover' | 'rollback';
  readonly limitMs: number;
  /** Of each stamp. */
  readonly clockErrorMs: number;
  /** "while cutting over" */
  readonly when: string;
}

/** The kind of requests that was down longest keeps the limit; how fine the figure is is told. */
export const downtimeCheck = (
  check: Check,
  {times, stretch, limitMs, clockErrorMs, when}: DowntimeCheck,
): RehearsalCheck => {
  const [worst, overallMs] = [times.worstDowntimes[stretch], times[`${stretch}DowntimeMs`]];
  if (overallMs === null) return check('downtime', 'inconclusive', `There was no ${stretch} to be down in.`);
  if (worst === null) return check('downtime', 'inconclusive', `No request was sent ${when}.`);
  const {role, downtimeMs, resolutionMs} = worst;
  const said =
    downtimeMs === 0
      ? `0 ms without an answer ${when}, for every kind of requests (limit ${limitMs} ms)`
      : `${downtimeMs.toFixed(0)} ms without an answer of ${role} ${when} (limit ${limitMs} ms); ${overallMs.toFixed(0)} ms without any answer`;
  const fine =
    resolutionMs === null
      ? ''
      : ` What is shorter than ${Math.ceil(resolutionMs)} ms may go unseen: requests of ${role} are so far apart on average, the client's own lag included.`;
  // Where none is allowed a request that was not served is too much, whenever it was sent.
  if (limitMs > 0 && downtimeMs > 0 && Math.abs(downtimeMs - limitMs) < 2 * clockErrorMs)
    return check(
      'downtime',
      'inconclusive',
      `${said}: on which side of it is not known, for the clocks of the load pods are known within ${Number(clockErrorMs.toFixed(2))} ms each.${fine}`,
    );
  return check('downtime', downtimeMs <= limitMs ? 'pass' : 'fail', `${said}.${fine}`);
};
