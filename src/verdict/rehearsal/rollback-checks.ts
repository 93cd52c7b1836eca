import type {Rehearsal} from '../../schema/rehearsal.ts';
import type {RehearsalCheck} from '../../schema/rehearsal-verdict.ts';
import {answersCheck, atMost, checksOf, endedStage, shareAtMost, unlessBrokenOff} from './check.ts';
import type {ClientLag} from './client-lag.ts';
import {downtimeCheck, type downtimesOf} from './downtimes-of-rehearsal.ts';
import {equivalenceOf} from './equivalence.ts';
import type {Evidence} from './evidence.ts';
import {identityOf} from './identity.ts';
import {clockErrorMsOf} from './load-pods.ts';
import {nothingLost, requestsOf} from './request-checks.ts';
import {interruption, lastStage} from './spans.ts';

const check = checksOf('rollback');

/** What the plan asks of noticing the fault, of the way back, and of the baseline as it is then. */
export const rollbackChecks = (
  evidence: Evidence,
  downtimes: ReturnType<typeof downtimesOf>,
  lag: ClientLag,
): RehearsalCheck[] => {
  const {rehearsal, times} = evidence;
  const {limits} = rehearsal.plan;
  const after = requestsOf(evidence, 'rollback', 'recover', 'after');
  return [
    ...endedEarly(rehearsal),
    detected(evidence),
    lag.check('rollback', ['before', 'recover', 'after']),
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
    lag.judged(
      ['before', 'recover'],
      atMost(check, {
        code: 'recover-time',
        value: times.recoverSeconds(rehearsal, evidence.lastAskedCandidateMs),
        limit: limits.recoverSeconds,
        text: value => `${value} from there until latency was back within its margin`,
        unit: 's',
        unknown: 'Latency was not shown to be back within its margin.',
      }),
    ),
    nothingLost(evidence, 'rollback'),
    ...[
      downtimeCheck(check, {
        ...{times: downtimes, stretch: 'rollback', limitMs: limits.downtimeMs},
        when: 'while rolling back',
        clockErrorMs: clockErrorMsOf(rehearsal),
      }),
      ...whileRollingBack(evidence),
    ].map(judged => unlessBrokenOff(rehearsal, 'rollback', judged)),
    shareAtMost(check, {
      ...{code: 'served-after', count: after.failed + after.refused, all: after.sent, limit: limits.failedShare},
      what: 'failed or were refused after the rollback',
    }),
    stagePassed(evidence, 'after'),
    answersCheck(check, rehearsal, 'after'),
    identityOf(rehearsal).check,
    lag.judged(['before', 'after'], equivalenceOf(evidence).check),
  ];
};

/** The first reason, where somebody ended the rehearsal before the way back was seen to its end. */
const endedEarly = (rehearsal: Rehearsal): RehearsalCheck[] => {
  const reason = interruption(rehearsal);
  if (reason === null || lastStage(rehearsal, 'after')?.outcome === 'done') return [];
  const stage = rehearsal.stages.findLast(({name}) => name !== 'down')?.name ?? null;
  const where = stage === null ? 'before its first stage' : `in the stage ${stage}`;
  return [check('ended-early', 'inconclusive', `The rehearsal was ended ${where}: ${reason}.`)];
};

/** A way back that is over before a request comes has none to fail: those that come after it are judged as such. */
const whileRollingBack = (evidence: Evidence): RehearsalCheck[] => {
  const {rehearsal} = evidence;
  const {limits} = rehearsal.plan;
  const {sent, failed, refused} = requestsOf(evidence, 'rollback', 'rollback');
  const shares = [
    {code: 'failed-share', count: failed, limit: limits.failedShare, what: 'failed while rolling back'},
    {code: 'refused-share', count: refused, limit: limits.refusedShare, what: 'were refused while rolling back'},
  ];
  const over = sent === 0 && lastStage(rehearsal, 'rollback')?.outcome === 'done';
  return shares.map(share =>
    over
      ? check(share.code, 'not-asked', 'The way back was over before a request was sent in it.')
      : shareAtMost(check, {...share, all: sent}),
  );
};

/** By which signal, and whether that is one that finds this fault on this runtime. */
const foundBy = ({events, expects}: Rehearsal): string => {
  if (expects === undefined) return '';
  const expected = expects.join(' or ');
  const [signal] = events.find(({kind}) => kind === 'detected')?.text.split(':') ?? [];
  if (signal === undefined) return `, where ${expected} was to find it`;
  return expects.some(one => one === signal)
    ? ` by ${signal}, as expected`
    : ` by ${signal}, where ${expected} was to find it`;
};

const detected = ({rehearsal, times}: Evidence): RehearsalCheck => {
  const {scenario, plan} = rehearsal;
  if (scenario === 'none' || scenario === 'harness-killed')
    return check('detected', 'not-asked', 'Nothing was done to the candidate that there was to detect.');
  if (times.faultMs === null) return check('detected', 'inconclusive', 'The fault was never injected.');
  // The fault was there and over, and nobody had noticed.
  if (times.detectedMs === null && times.rollback !== null)
    return check(
      'detected',
      'fail',
      `The fault was not detected (limit ${plan.limits.detectSeconds} s)${foundBy(rehearsal)}.`,
    );
  return atMost(check, {
    code: 'detected',
    value: times.detectSeconds,
    limit: plan.limits.detectSeconds,
    text: value => `${value} from the fault to its detection${foundBy(rehearsal)}`,
    unit: 's',
    unknown: 'The rehearsal ended before the fault was detected.',
  });
};

const stagePassed = ({rehearsal}: Evidence, name: 'rollback' | 'recover' | 'after'): RehearsalCheck => {
  const ended = endedStage(check, rehearsal, name);
  if ('code' in ended) return ended;
  const why = ended.detail === null ? '' : ` ${ended.detail}`;
  if (ended.outcome === 'done') return check(name, 'pass', `The stage ${name} was passed.`);
  const outcome = ended.outcome === 'undecided' ? 'inconclusive' : 'fail';
  return check(name, outcome, `The stage ${name} ended without success.${why}`);
};
