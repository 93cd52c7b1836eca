import type {RehearsalCheck} from '../../schema/rehearsal-verdict.ts';
import {answersCheck, atMost, checksOf, shareAtMost} from './check.ts';
import type {Downtimes} from './downtime.ts';
import {equivalenceOf} from './equivalence.ts';
import type {Evidence} from './evidence.ts';
import {identityOf} from './identity.ts';
import {clientOnTime, isMigrations, nothingLost, requestsOf} from './request-checks.ts';
import {lastStage} from './spans.ts';

const check = checksOf('rollback');

/** What the plan asks of noticing the fault, of the way back, and of the baseline as it is then. */
export const rollbackChecks = (evidence: Evidence, downtimes: Downtimes): RehearsalCheck[] => {
  const {rehearsal, times} = evidence;
  const {limits} = rehearsal.plan;
  const back = requestsOf(evidence, 'rollback', 'rollback');
  const after = requestsOf(evidence, 'rollback', 'recover', 'after');
  return [
    detected(evidence),
    stagePassed(evidence, 'rollback'),
    atMost(check, {
      code: 'rollback-time',
      value: times.rollbackSeconds(evidence.lastAskedCandidateMs),
      limit: limits.rollbackSeconds,
      text: value => `${value} from the decision to go back until the baseline had all requests`,
      unit: 's',
      unknown: 'The requests never all came back to the baseline.',
    }),
    stagePassed(evidence, 'recover'),
    atMost(check, {
      code: 'recover-time',
      value: times.recoverSeconds(rehearsal),
      limit: limits.recoverSeconds,
      text: value => `${value} from there until latency was back within its margin`,
      unit: 's',
      unknown: 'Latency was not shown to be back within its margin.',
    }),
    nothingLost(evidence, 'rollback'),
    clientOnTime(evidence, 'rollback'),
    atMost(check, {
      code: 'downtime',
      value: rollbackDowntimeMs(evidence, downtimes),
      limit: limits.downtimeMs,
      text: value => `${value} without an answer while rolling back`,
      unit: 'ms',
      unknown: 'There was no rollback to be down in.',
    }),
    shareAtMost(check, {
      ...{code: 'failed-share', count: back.failed, all: back.sent, limit: limits.failedShare},
      what: 'failed while rolling back',
    }),
    shareAtMost(check, {
      ...{code: 'refused-share', count: back.refused, all: back.sent, limit: limits.refusedShare},
      what: 'were refused while rolling back',
    }),
    shareAtMost(check, {
      ...{code: 'served-after', count: after.failed + after.refused, all: after.sent, limit: limits.failedShare},
      what: 'failed or were refused after the rollback',
    }),
    stagePassed(evidence, 'after'),
    answersCheck(check, rehearsal, 'after'),
    identityOf(rehearsal).check,
    equivalenceOf(evidence).check,
  ];
};

/** Null where there was none. */
export const rollbackDowntimeMs = ({times: {rollback}}: Evidence, downtimes: Downtimes): number | null =>
  rollback === null ? null : downtimes.within(rollback);

/** From the fault to the way back, as the callers felt it; null where there was no fault. */
export const faultDowntimeMs = (evidence: Evidence, downtimes: Downtimes): number | null => {
  const {faultMs, rollback} = evidence.times;
  if (faultMs === null) return null;
  const span = {startMs: faultMs, endMs: rollback?.startMs ?? Number.POSITIVE_INFINITY};
  return downtimes.within(span, row => !isMigrations(evidence, row));
};

const detected = ({rehearsal, times}: Evidence): RehearsalCheck => {
  const {scenario, plan} = rehearsal;
  if (scenario === 'none' || scenario === 'harness-killed')
    return check('detected', 'not-asked', 'Nothing was done to the candidate that there was to detect.');
  if (times.faultMs === null) return check('detected', 'inconclusive', 'The fault was never injected.');
  // The fault was there and over, and nobody had noticed.
  if (times.detectedMs === null && times.rollback !== null)
    return check('detected', 'fail', `The fault was not detected (limit ${plan.limits.detectSeconds} s).`);
  return atMost(check, {
    code: 'detected',
    value: times.detectSeconds,
    limit: plan.limits.detectSeconds,
    text: value => `${value} from the fault to its detection`,
    unit: 's',
    unknown: 'The rehearsal ended before the fault was detected.',
  });
};

const stagePassed = ({rehearsal}: Evidence, name: 'rollback' | 'recover' | 'after'): RehearsalCheck => {
  const stage = lastStage(rehearsal, name);
  if (stage === null) return check(name, 'inconclusive', `The stage ${name} was never reached.`);
  const why = stage.detail === null ? '' : ` ${stage.detail}`;
  if (stage.outcome === 'done') return check(name, 'pass', `The stage ${name} was passed.`);
  if (stage.outcome === 'running') return check(name, 'inconclusive', `The rehearsal ended in the stage ${name}.`);
  const outcome = stage.outcome === 'undecided' ? 'inconclusive' : 'fail';
  return check(name, outcome, `The stage ${name} ended without success.${why}`);
};
