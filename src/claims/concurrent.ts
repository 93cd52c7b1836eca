import type {RunRecord} from '../schema/record.ts';
import {roleOf, roles} from '../schema/request.ts';
import type {Trial} from '../schema/trial.ts';
import {type Evidence, idsOf, isValid, runsOf, sides, trialsOf} from './evidence.ts';
import {figure, listed} from './figures.ts';
import {confirmed, inconclusive, notRun, type Rule, refuted} from './outcome.ts';

/** In flight at once, as far as the capacity suite goes. */
const manyInFlight = 256;
/** A connection reset now and then is not what the claim is about. */
const mostFailed = 0.001;
/** Requests that are only queued bring no more tokens a second than one at a time. */
const leastGain = 2;

/** Void trials too: failures are what makes one void. Not those in which a server was killed, or given new weights, on purpose. */
const failuresOf = (evidence: Evidence) => {
  const counts = runsOf(evidence, sides.to).flatMap(({trials}) =>
    trials.filter(({client, disturbance}) => client.inFlightMax > 1 && disturbance === null).map(trial => trial.counts),
  );
  const failed = counts.reduce((sum, one) => sum + one.failed, 0);
  return {failed, all: counts.reduce((sum, one) => sum + one.ok, failed)};
};

/** The most throughput of a sweep over concurrency against its first level of one request at a time. */
const gainsOf = (evidence: Evidence) =>
  runsOf(evidence, sides.to).flatMap(run =>
    run.sweeps.flatMap(({spec, levels}) => {
      const one = levels.find(({level}) => level === 1)?.throughput ?? null;
      const most = Math.max(...levels.map(({throughput}) => throughput ?? 0));
      return spec.over === 'concurrency' && one !== null && one > 0 ? [{run, gain: most / one}] : [];
    }),
  );

const slowedText = ({trials}: RunRecord, together: Trial): string[] => {
  const alone = trials.find(({suite, together: others}) => others === null && suite === `${together.suite}-alone`);
  const [before, now] = [alone?.e2eMs?.p50, together.e2eMs?.p50];
  return before && now ? [`${together.suite} ${figure(now / before)}`] : [];
};

/** Runs in which all kinds were loaded at the same time. */
const mixedOf = (evidence: Evidence) =>
  runsOf(evidence, sides.to).flatMap(run => {
    const together = run.trials.filter(trial => trial.together !== null && isValid(trial));
    const isMixed = roles.every(role => together.some(({workload}) => roleOf(workload.kind) === role));
    return isMixed ? [{run, slowed: together.flatMap(trial => slowedText(run, trial))}] : [];
  });

/** Many requests of one kind, and all kinds together, are served, and more of them at once bring more. */
export const servedAtOnce: Rule = (_claim, evidence) => {
  const many = trialsOf(
    evidence,
    sides.to,
    ({workload, client}) => roleOf(workload.kind) === 'chat' && client.inFlightMax >= manyInFlight,
  );
  const [gains, mixed] = [gainsOf(evidence), mixedOf(evidence)];
  const {failed, all} = failuresOf(evidence);
  if (all === 0) return notRun('No real trial of the candidate with more than one request at once.');
  const most = Math.max(0, ...many.map(({trial}) => trial.client.inFlightMax));
  const gain = Math.max(0, ...gains.map(one => one.gain));
  const slowed = mixed.flatMap(one => one.slowed);
  const parts = [
    `${figure(failed)} of ${figure(all)} requests failed`,
    ...(most > 0 ? [`up to ${most} chats in flight`] : []),
    ...(gain > 0 ? [`${figure(gain)} times the tokens a second of one at a time`] : []),
    ...(slowed.length > 0 ? [`E2E all together over alone: ${slowed.join(', ')}`] : []),
  ];
  const said = `${parts.join('; ')}.`;
  const ids = [...idsOf(many), ...idsOf(gains), ...idsOf(mixed)];
  if (failed / all > mostFailed)
    return refuted(said, ids.length > 0 ? ids : runsOf(evidence, sides.to).map(run => run.runId));
  const missing = [
    ...(most > 0 ? [] : [`chats with ${manyInFlight} in flight`]),
    ...(gain >= leastGain ? [] : ['a sweep over concurrency that brings more']),
    ...(mixed.length > 0 ? [] : ['all three kinds together']),
  ];
  return missing.length === 0
    ? confirmed(said, ids)
    : inconclusive(`${said} Not shown: ${listed(missing)}.`, null, ids);
};
