import type {RunRecord} from '../schema/record.ts';
import {type Evidence, runsAlone, sides} from './evidence.ts';
import {listed, mib, range} from './figures.ts';
import {inconclusive, notMeasurable, notRun, type Rule, refuted} from './outcome.ts';
import {fits, type MeasuredServer, sumOf, wholeStack, withoutKvMiB} from './stack-memory.ts';

interface MeasuredStack {
  readonly run: RunRecord;
  readonly servers: readonly MeasuredServer[];
}

const stacksOf = (evidence: Evidence, engine: string): readonly MeasuredStack[] =>
  runsAlone(evidence, engine).flatMap(run => {
    const servers = wholeStack(run);
    return servers === null || !servers.every(fits) ? [] : [{run, servers}];
  });

/** Figures of each launch plan, least first where a plan was brought up more than once. */
const byPlan = (stacks: readonly MeasuredStack[]): readonly string[] =>
  [...Map.groupBy(stacks, ({run}) => run.engine.stack ?? 'no plan')].map(([plan, own]) => {
    const [reserved, bare] = [({memory}: MeasuredServer) => memory.processMiB, withoutKvMiB].map(read =>
      range(own.map(({servers}) => sumOf(servers, read))),
    );
    return `${plan} reserves ${reserved} MiB, and ${bare} MiB of it are no KV pool`;
  });

/** One engine's plans against each other: what a share of an unnamed card comes to can be anything. */
export const memoryOfPlans: Rule = (_claim, evidence) => {
  const stacks = stacksOf(evidence, sides.from);
  return notMeasurable(
    'Shares of a card reserve more the larger the card is, and the source names none; what it began with was another model.',
    {
      statement: 'GPU memory of all three servers by launch plan',
      found: stacks.length === 0 ? null : `${listed(byPlan(stacks))}.`,
      evidence: stacks.map(({run}) => run.runId),
    },
  );
};

/** 2.2 GB, were it GiB, and half of its last digit more. */
const claimedMiB = 2.25 * 1024;

/** In favour of the claim: neither the chat model's weights, which could be smaller, nor any graph or KV pool. */
const leastMiB = (servers: readonly MeasuredServer[]): number =>
  sumOf(servers, one => {
    const {weightsMiB, graphsMiB} = one.memory;
    return withoutKvMiB(one) - (graphsMiB ?? 0) - (one.server.role === 'chat' ? (weightsMiB ?? 0) : 0);
  });

/** The candidate's whole stack in 2.2 GB: refuted when it needs more before it has anything to keep. */
export const memoryOfStack: Rule = (_claim, evidence) => {
  const least = stacksOf(evidence, sides.to).toSorted((a, b) => leastMiB(a.servers) - leastMiB(b.servers))[0];
  if (least === undefined) return notRun('No real run with all three servers of the candidate and their memory.');
  const {run, servers} = least;
  const bare = sumOf(servers, withoutKvMiB);
  const all = sumOf(servers, ({memory}) => memory.processMiB);
  const floor = leastMiB(servers);
  const said = `All three servers take ${mib(all)}, ${mib(bare)} without any KV pool, and ${mib(floor)} without graphs and the chat model's weights too`;
  return floor > claimedMiB
    ? refuted(`${said}; claimed are 2,200 MB for everything.`, [run.runId])
    : inconclusive(`${said}: which of it 2,200 MB could do without is open.`, null, [run.runId]);
};
