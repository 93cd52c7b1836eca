import type {RehearsalStage, StageName} from '../../schema/rehearsal.ts';
import type {RehearsalCheck} from '../../schema/rehearsal-verdict.ts';
import {chanceOfAtLeast, chanceOfAtMost} from '../../stats/binomial.ts';
import {inflationOf, welchDifference} from '../../stats/welch.ts';
import {countText, shareText} from '../metric-sentence.ts';
import {answersCheck, checksOf, endedStage, shareAtMost, unlessBrokenOff} from './check.ts';
import type {ClientLag} from './client-lag.ts';
import {downtimeCheck, type downtimesOf} from './downtimes-of-rehearsal.ts';
import {cellMsOf, type Evidence} from './evidence.ts';
import type {CellMetric, CellRange} from './latency-cells.ts';
import {clockErrorMsOf} from './load-pods.ts';
import {memoryGrowth} from './memory-growth.ts';
import {nothingLost, requestsOf} from './request-checks.ts';
import {isWithin, lastStage} from './spans.ts';

const check = checksOf('migration');

/** What the plan asks of the way there, before anybody struck the candidate. */
export const migrationChecks = (
  evidence: Evidence,
  times: ReturnType<typeof downtimesOf>,
  lag: ClientLag,
): RehearsalCheck[] => {
  const {limits, strategy} = evidence.rehearsal.plan;
  const stages: readonly StageName[] =
    strategy.kind === 'restart' ? ['cutover', 'watch'] : ['candidate-up', 'check', 'cutover', 'watch'];
  /** Where latency decides: of a canary also whether its share grows. */
  const judged: readonly StageName[] =
    strategy.kind === 'canary' ? ['before', 'cutover', 'watch'] : ['before', 'watch'];
  const passed = stages.map(name => stagePassed(evidence, name));
  // A stage that was not passed says why the ones after it were not; once is enough.
  const stopped = passed.findIndex(({outcome}) => outcome !== 'pass');
  const {sent, failed, refused} = requestsOf(evidence, 'migration', 'cutover');
  return [
    ...(stopped < 0 ? passed : passed.slice(0, stopped + 1)),
    answersCheck(check, evidence.rehearsal, 'check'),
    nothingLost(evidence, 'migration'),
    lag.check('migration', judged),
    ...[
      downtimeCheck(check, {
        ...{times, stretch: 'cutover', limitMs: limits.downtimeMs, when: 'while cutting over'},
        clockErrorMs: clockErrorMsOf(evidence.rehearsal),
      }),
      shareAtMost(check, {
        ...{code: 'failed-share', count: failed, all: sent, limit: limits.failedShare},
        what: 'failed while cutting over',
      }),
      shareAtMost(check, {
        ...{code: 'refused-share', count: refused, all: sent, limit: limits.refusedShare},
        what: 'were refused while cutting over',
      }),
    ].map(judged => unlessBrokenOff(evidence.rehearsal, 'cutover', judged)),
    errorsCheck(evidence),
    lag.judged(judged, latencyCheck(evidence)),
    memoryCheck(evidence),
  ];
};

const stageOutcomes: Record<Exclude<RehearsalStage['outcome'], 'running'>, RehearsalCheck['outcome']> = {
  done: 'pass',
  aborted: 'fail',
  failed: 'fail',
  undecided: 'inconclusive',
};

/** `candidate-up` … `watch`: its code is the stage's name. */
const stagePassed = ({rehearsal, times}: Evidence, name: StageName): RehearsalCheck => {
  const stage = lastStage(rehearsal, name);
  const struck = stage !== null && times.faultMs !== null && times.faultMs < (stage.endMs ?? Number.POSITIVE_INFINITY);
  if (struck)
    return check(
      name,
      'inconclusive',
      `The fault was injected in the stage ${name}: how the migration would have gone on was not seen.`,
    );
  const ended = endedStage(check, rehearsal, name);
  if ('code' in ended) return ended;
  const why = ended.detail === null ? '' : ` ${sentence(ended.detail)}`;
  const words = {
    done: 'was passed',
    aborted: 'ended with the candidate given up',
    failed: 'failed',
    undecided: 'showed nothing in its time',
  };
  return check(name, stageOutcomes[ended.outcome], `The stage ${name} ${words[ended.outcome]}.${why}`);
};

const sentence = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;

/** Of the requests to the candidate while it was watched: shown to be below the plan's share, above it, or neither. */
const errorsCheck = ({watched: {all, failed}, rehearsal: {plan}}: Evidence): RehearsalCheck => {
  const {maxErrorShare} = plan.watch;
  const text = `${failed} of ${countText(all, 'request')} to the candidate failed while it was watched`;
  const limit = `(limit ${shareText(maxErrorShare)})`;
  if (chanceOfAtLeast(failed, all, maxErrorShare) < plan.alpha)
    return check('watch-errors', 'fail', `${text} ${limit}.`);
  if (all > 0 && failed <= maxErrorShare * all && chanceOfAtMost(failed, all, maxErrorShare) < plan.alpha)
    return check('watch-errors', 'pass', `${text} ${limit}.`);
  // Where none may fail, none did: no number of requests shows more.
  if (maxErrorShare === 0 && all > 0) return check('watch-errors', 'pass', `${text} ${limit}.`);
  return check('watch-errors', 'inconclusive', `${text}: too few to show that it is within its limit ${limit}.`);
};

/** Servers' latency while the candidate was watched, against that of the baseline before; cells as in the watch itself. */
const latencyCheck = (evidence: Evidence): RehearsalCheck => {
  const {cells, rehearsal, times} = evidence;
  const {plan, blocks} = rehearsal;
  const before = blocks.filter(({when}) => when === 'before');
  const metrics = cells.metrics();
  if (times.watch === null || before.length === 0 || metrics.length === 0)
    return check('latency', 'inconclusive', 'The candidate was not watched beside a baseline that was measured.');
  const range = (startMs: number, endMs: number): CellRange => {
    const cellMs = cellMsOf(rehearsal);
    return {
      first: Math.ceil((startMs - rehearsal.originMs) / cellMs),
      end: Math.floor((endMs - rehearsal.originMs) / cellMs),
    };
  };
  const first = range(Math.min(...before.map(({startMs}) => startMs)), Math.max(...before.map(({endMs}) => endMs)));
  const then = range(times.watch.startMs, Math.min(times.watch.endMs, times.migrationEndMs));
  const limit = Math.log1p(plan.watch.latencyMarginShare);
  const changes = metrics.map(
    (metric): {metric: CellMetric; text: string; outcome: 'pass' | 'fail' | 'inconclusive'} => {
      const known = cells.means('baseline', metric, first);
      const change = welchDifference(known, cells.means('candidate', metric, then), inflationOf(known));
      if (change === null) return {metric, text: `${metric} is not known`, outcome: 'inconclusive'};
      const [low, high] = [change.lower(plan.alpha), change.upper(plan.alpha)].map(value =>
        Math.exp(value).toPrecision(3),
      );
      const text = `${metric} is ${Math.exp(change.estimate).toPrecision(3)} [${low}, ${high}] of the baseline's`;
      if (change.upper(plan.alpha) < limit) return {metric, text, outcome: 'pass'};
      // That one of several is worse is to be no accident.
      return {metric, text, outcome: change.lower(plan.alpha / metrics.length) > limit ? 'fail' : 'inconclusive'};
    },
  );
  const outcome =
    (['fail', 'inconclusive'] as const).find(worse => changes.some(change => change.outcome === worse)) ?? 'pass';
  const said = changes.filter(change => change.outcome === outcome).map(({text}) => text);
  return check(
    'latency',
    outcome,
    `${said.join('; ')} (limit ${Number((1 + plan.watch.latencyMarginShare).toFixed(3))}).`,
  );
};

const memoryCheck = ({rehearsal: {plan}, memory, times}: Evidence): RehearsalCheck => {
  const limit = plan.watch.memoryMiBPerMinute;
  if (limit === null) return check('memory', 'not-asked', 'The plan does not watch memory.');
  const {watch, migrationEndMs} = times;
  const span = watch === null ? null : {startMs: watch.startMs, endMs: Math.min(watch.endMs, migrationEndMs)};
  const settledMs = plan.watch.windowSeconds * 1000;
  const own = memory.filter(({arm, atMs}) => arm === 'candidate' && span !== null && isWithin(atMs, span));
  const settled = own.filter(({atMs}) => span !== null && atMs >= span.startMs + settledMs);
  const growth = memoryGrowth(settled);
  if (growth === null)
    return check('memory', 'inconclusive', "The candidate's memory is not known while it was watched.");
  const {slope} = growth;
  const text = `The candidate's ${growth.of} grew by ${slope.estimate.toFixed(1)} MiB a minute (limit ${limit})`;
  if (slope.lower(plan.alpha) > limit) return check('memory', 'fail', `${text}.`);
  if (slope.upper(plan.alpha) <= limit) return check('memory', 'pass', `${text}.`);
  return check('memory', 'inconclusive', `${text}: too few readings, or too uneven, to show on which side of it.`);
};
