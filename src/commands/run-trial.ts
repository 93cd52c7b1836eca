import type {DisturbedSummary} from '../disturbances/disturbed-summary.ts';
import {type EmptiedCache, emptyPrefixCache} from '../load/cache-canary.ts';
import type {Stack} from '../runtimes/stack.ts';
import {type Role, roleOf} from '../schema/request.ts';
import type {Sample} from '../schema/sample.ts';
import type {Trial} from '../schema/trial.ts';
import {besideServer} from '../stats/beside-server.ts';
import {toldByCause} from '../stats/findings.ts';
import {TrialSummary} from '../stats/trial.ts';
import {isDisturbed} from './disturb-trial.ts';
import {judgedTrial} from './judged-trial.ts';
import {prepareTrial, type RanTrial, type ReadyTrial, seedFor, type TrialOptions} from './prepare-trial.ts';
import {reuseFindings} from './replay-prompts.ts';
import {resolveStage} from './resolve-stage.ts';
import {shareFindings} from './share-findings.ts';

const nothingToReset: EmptiedCache = {state: {reset: 'not-needed', canary: 'not-asked'}, findings: []};

/** Empties the prefix cache that a trial uses, and proves it. */
const emptyCache = async ({index, planned, stack, seed, signal, ground}: TrialOptions): Promise<EmptiedCache> => {
  const endpoint = stack.endpoint(roleOf(planned.stage.workload.kind));
  if (endpoint.role !== 'chat' || (ground?.place?.index ?? 0) > 0) return nothingToReset;
  return await emptyPrefixCache({engine: stack.engine, endpoint, seed: seedFor(seed, 'canary', index), signal});
};

const resolved = (options: TrialOptions): TrialOptions => {
  const {planned, stack} = options;
  const {facts} = stack.endpoint(roleOf(planned.stage.workload.kind));
  return {...options, planned: {...planned, stage: resolveStage(planned.stage, facts)}};
};

/** Measures all of them at the same time. When one fails the others are ended, and all have ended when it rejects. */
const runAll = async (ready: readonly ReadyTrial[], failed: AbortController): Promise<readonly RanTrial[]> => {
  const running = ready.map(trial => trial.run());
  try {
    return await Promise.all(running);
  } catch (thrown) {
    failed.abort(thrown);
    await Promise.allSettled(running);
    throw thrown;
  }
};

interface Finished {
  readonly options: TrialOptions;
  readonly cache: EmptiedCache;
  readonly ran: RanTrial;
  readonly summary: TrialSummary;
  /** Null where nothing was done to the stack. */
  readonly disturbed: DisturbedSummary | null;
  readonly together: readonly number[];
}

/** Of a trial in whose middle something was done to the stack. */
const disturbedSummary = async (
  {planned: {stage}}: TrialOptions,
  {outcome, disturbed}: RanTrial,
): Promise<DisturbedSummary | null> => {
  if (disturbed === null || !isDisturbed(stage)) return null;
  const {DisturbedSummary} = await import('../disturbances/disturbed-summary.ts');
  const from = stage.load.mode === 'open' ? 'scheduled' : 'sent';
  return new DisturbedSummary({spec: stage.disturb, disturbed, beganMs: outcome.beganMs, from});
};

/** Where it is a service of a cluster: requests go to its first pod. */
const nodesOf = ({servers}: Stack, role: Role): readonly string[] =>
  servers.flatMap(server => (server.role === role ? (server.kubernetes?.pods[0]?.node?.name ?? []) : []));

const trialOf = ({
  options,
  cache,
  ran: {outcome, seen, befell, transfers},
  summary,
  disturbed,
  together,
}: Finished): Trial => {
  const {index, planned, stack, ground} = options;
  const {stage, repetition} = planned;
  const trial = judgedTrial({
    known: {
      ...{index, suite: stage.name, repetition, evidence: stack.evidence, workload: stage.workload, load: stage.load},
      ...seen,
      members: disturbed?.members(seen.members) ?? seen.members,
      disturbance: disturbed?.result() ?? null,
      together: together.length > 1 ? [...together] : null,
      cache: cache.state,
    },
    outcome,
    summary,
    transfers: disturbed === null ? transfers : disturbed.transfers(transfers, seen.members),
  });
  const place = ground?.place;
  const beside = besideServer(trial.shards, nodesOf(stack, roleOf(stage.workload.kind)));
  const judged = place === undefined ? toldByCause(trial.findings) : shareFindings(trial.findings, place);
  return {
    ...trial,
    findings: [
      ...cache.findings,
      ...befell,
      ...(beside === null ? [] : [beside]),
      ...(disturbed === null ? judged : disturbed.judged(judged)),
      ...reuseFindings(planned, place === undefined ? outcome.plannedRequests : stage.load.requests),
    ],
  };
};

/**
 * Trials that run at the same time: empties the caches and proves it, warms up for one after the other, and then measures
 * all of them from the same moment on; often it is one alone. Their samples are in the folder when it returns, and `see` was shown each.
 */
export const runTogether = async (
  given: readonly TrialOptions[],
  see: (sample: Sample) => void = () => {},
): Promise<readonly Trial[]> => {
  const failed = new AbortController();
  const trials = given.map(options => ({
    ...resolved(options),
    signal: AbortSignal.any([options.signal, failed.signal]),
  }));
  for (const {ground, index, ...listeners} of trials) await ground?.begin?.(index, listeners);
  const caches: EmptiedCache[] = [];
  for (const options of trials) caches.push(await emptyCache(options));
  await using opened = new AsyncDisposableStack();
  const ready: ReadyTrial[] = [];
  for (const options of trials) ready.push(opened.use(await prepareTrial(options, trials.length > 1)));
  const ran = await runAll(ready, failed);

  const finished: Finished[] = [];
  for (const [place, options] of trials.entries()) {
    const {outcome} = ran[place] as RanTrial;
    const {load, workload} = options.planned.stage;
    finished.push({
      options,
      cache: caches[place] as EmptiedCache,
      ran: ran[place] as RanTrial,
      summary: new TrialSummary({load, workload, steady: outcome.steady, whole: outcome.whole}),
      disturbed: await disturbedSummary(options, ran[place] as RanTrial),
      together: trials.map(({index}) => index),
    });
  }
  const summaries = new Map(finished.map(({options, ...rest}) => [options.index, rest]));
  await trials[0]?.folder.endTrials(sample => {
    const {summary, disturbed} = summaries.get(sample.trial) ?? {};
    summary?.add(sample);
    disturbed?.add(sample);
    see(sample);
  });
  return finished.map(trialOf);
};
