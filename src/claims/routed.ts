import {routerPolicyOf} from '../schema/router-policy.ts';
import type {Trial} from '../schema/trial.ts';
import type {WorkloadKind} from '../schema/workload.ts';
import {type Evidence, idsOf, isValid, type TrialOfRun} from './evidence.ts';
import {listed, percent, range} from './figures.ts';
import {confirmed, inconclusive, notRun, type Rule, refuted} from './outcome.ts';

/** sglang_router's and Dynamo's names of how a request's server is chosen: by what it asks or whose it is, or by neither. */
const knowing = ['cache_aware', 'manual', 'kv'];
const blind = ['round_robin', 'random', 'round-robin'];

/** Whose sessions have several requests: the only one of a session has nothing of its own to come back to. */
const comesBack: ReadonlySet<WorkloadKind> = new Set(['prefix', 'repeat', 'warmed']);

/** Three against three that do not overlap are as they are by chance once in twenty. */
const fewestTrials = 3;

/** By the servers' own counters where they tell, else by the replies. */
const hitsOf = ({prefixHits}: Trial): number | null => prefixHits?.byCounters ?? prefixHits?.byRequests ?? null;

interface Routed extends TrialOfRun {
  readonly policy: string;
  readonly hits: number;
}

const routedIn = ({runs}: Evidence): readonly Routed[] =>
  runs.flatMap(run => {
    const policy = routerPolicyOf(run);
    if (policy === null) return [];
    return run.trials
      .filter(trial => isValid(trial) && trial.disturbance === null)
      .flatMap(trial => {
        const hits = hitsOf(trial);
        return hits === null ? [] : [{run, trial, policy, hits}];
      });
  });

/**
 * Contexts in turn to servers in turn: each second visit comes to the same server, or none does, as their numbers have it. That says
 * nothing about routing.
 */
const inStep = ({policy, trial: {workload}}: Routed): boolean =>
  workload.kind === 'revisit' && workload.order === undefined && policy.startsWith('round');

/** Equal work for equal servers. */
const sameWork = ({run: {engine}, trial: {suite, workload, load}}: Routed): string => {
  const chat = engine.servers.find(({role}) => role === 'chat');
  const workers = chat?.members?.flatMap(({part}) => (part === 'router' ? [] : part)).sort();
  return JSON.stringify([engine.name, chat?.model, workers, suite, workload, load]);
};

/** What one policy came to at one stage, beside those that know nothing. */
const heldAgainst = (own: readonly Routed[], others: readonly Routed[]) => {
  const [hits, blindHits] = [own.map(one => one.hits), others.map(one => one.hits)];
  const few = own.length < fewestTrials || others.length < fewestTrials;
  const raised = Math.min(...hits) > Math.max(...blindHits);
  const not = Math.max(...hits) <= Math.min(...blindHits);
  const policies = [...new Set(others.map(({policy}) => policy))];
  const text = `${own[0]?.trial.suite}: ${range(hits, percent)} with ${own[0]?.policy}, ${range(blindHits, percent)} with ${listed(policies)}`;
  const outcome = few || !(raised || not) ? 'open' : raised ? 'raised' : 'not';
  return {text, outcome, of: [...others, ...own]} as const;
};

/** Whether a router that knows finds more of the prompts in its servers' caches than one that does not, at every stage where it can. */
export const routedByCache: Rule = (_claim, evidence) => {
  const routed = routedIn(evidence);
  const stages = [...Map.groupBy(routed, sameWork).values()];
  const held = stages.flatMap(stage => {
    const others = stage.filter(one => blind.includes(one.policy) && !inStep(one));
    const byPolicy = Map.groupBy(
      stage.filter(
        ({policy, trial}) => knowing.includes(policy) && (policy !== 'manual' || comesBack.has(trial.workload.kind)),
      ),
      ({policy}) => policy,
    );
    return others.length === 0 ? [] : [...byPolicy.values()].map(own => heldAgainst(own, others));
  });
  if (held.length === 0) return notRun('No record holds two kinds of routing of the same work to the same servers.');
  const said = `Prompt tokens found in a cache: ${held.map(({text}) => text).join('; ')}.`;
  const ids = idsOf(held.flatMap(({of}) => of));
  if (held.every(({outcome}) => outcome === 'raised')) return confirmed(said, ids);
  if (held.every(({outcome}) => outcome === 'not')) return refuted(said, ids);
  return inconclusive(said, null, ids);
};
