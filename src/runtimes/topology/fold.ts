import type {ServerFacts} from '../../engines/engine.ts';
import {toldSum} from '../../engines/told-sum.ts';
import type {ServerMemory} from '../../schema/server.ts';
import type {RunningMember, RunningServer} from '../stack.ts';
import type {Member} from './members.ts';
import {routerOf} from './program.ts';

/** A member that serves, as the record keeps it. */
export interface ServingMember {
  readonly member: Member;
  readonly running: RunningServer;
}

/** What stands in the place of one server where several answer for a role: reached at the router, with what they come to together. */
export const foldMembers = (serving: readonly ServingMember[], readySeconds: number | null): RunningServer => {
  const router = serving.find(({member}) => member.server.part === 'router');
  const workers = serving.filter(one => one !== router);
  const [first] = workers;
  if (router === undefined || first === undefined)
    throw new Error('a role without a router or without servers behind it');
  const sessionHeader = routerOf(router.member.server).sessionHeader(router.member.server.arguments);
  const facts = foldFacts(workers);
  return {
    ...router.running,
    model: first.running.model,
    facts,
    readySeconds,
    // Which version of the engine it is, is what an image is asked for.
    container: first.running.container,
    startup: null, // each member's is its own
    memory: foldMemory(workers, facts),
    behind: workers.map(({member, running}) => ({name: member.name, part: member.server.part, url: running.url})),
    ...(sessionHeader === null ? {} : {sessionHeader}),
    members: serving.map(memberOf),
  };
};

const memberOf = ({member: {name, server, cards}, running}: ServingMember): RunningMember => {
  const {url, model, command, readySeconds, container, startup, memory, facts} = running;
  return {
    ...{name, part: server.part, url, model, cards: [...(cards ?? [])]},
    ...{command: command === null ? null : [...command], readySeconds, container, startup, memory, facts},
  };
};

/** The pools of those that answer: a prompt lies in a prefill server's only until it is handed over. */
const foldFacts = (workers: readonly ServingMember[]): RunningServer['facts'] => {
  const facts = workers.map(({running}) => running.facts);
  const answering = workers.filter(({member}) => member.server.part !== 'prefill').map(({running}) => running.facts);
  const same = <K extends keyof ServerFacts>(key: K): ServerFacts[K] | null => {
    const [first, ...others] = facts.map(of => of[key]);
    return first !== undefined && others.every(other => other === first) ? first : null;
  };
  const contexts = facts.map(({contextTokens}) => contextTokens);
  return {
    version: same('version'),
    model: same('model'),
    contextTokens: contexts.some(one => one === null) ? null : Math.min(...contexts.map(Number)),
    kvTokens: toldSum(answering.map(({kvTokens}) => kvTokens)),
    pageTokens: same('pageTokens'),
    reportsCachedTokens: same('reportsCachedTokens'),
  };
};

const foldMemory = (workers: readonly ServingMember[], {kvTokens}: ServerFacts): ServerMemory | null => {
  const memories = workers.map(({running}) => running.memory);
  if (memories.some(memory => memory === null)) return null;
  const sum = (key: keyof ServerMemory) => toldSum(memories.map(memory => memory?.[key] ?? null));
  return {
    weightsMiB: sum('weightsMiB'),
    kvPoolMiB: sum('kvPoolMiB'),
    graphsMiB: sum('graphsMiB'),
    otherMiB: sum('otherMiB'),
    processMiB: sum('processMiB'),
    kvTokens,
  };
};
