import type {Engine, Fetchable, Reply, StartupFacts} from '../../engines/engine.ts';
import {routers} from '../../engines/routers/index.ts';
import type {Router, Worker} from '../../engines/routers/router.ts';
import {untoldFacts} from '../../engines/untold-facts.ts';
import {CutoverError} from '../../errors.ts';
import type {StackServer} from '../../schema/stack.ts';
import type {Member} from './members.ts';

/** How a member's program is started, an engine's or a router's. */
export type Launch = Pick<
  NonNullable<Engine['launch']>,
  'launcher' | 'arguments' | 'environment' | 'graceSeconds' | 'deathSigns' | 'container' | 'stageOf' | 'readStartup'
>;

/** What a runtime needs to know of the program that a member is. */
export interface Program extends Pick<Engine, 'factPaths' | 'readFacts'> {
  /** As errors name the member. */
  readonly title: string;
  readonly health: Fetchable & {ready(reply: Reply): boolean};
  readonly launch: Launch;
}

/** The router that a plan's server names. Throws BAD_STACK, which reading the plan has seen to before. */
export const routerOf = ({program}: Pick<StackServer, 'program'>): Router => {
  const found = Object.values<Router>(routers).find(({name}) => name === program);
  if (found !== undefined) return found;
  const known = Object.keys(routers).join(', ');
  throw new CutoverError('BAD_STACK', `No router is called ${program}`, {hint: `Those that are known: ${known}.`});
};

/** `workers` are those that a router passes requests on to; an engine has none. */
export const programOf = (engine: Engine, launch: Launch, member: Member, workers: readonly Worker[]): Program => {
  const {name, server} = member;
  const {factPaths, readFacts, health} = engine;
  if (server.part !== 'router')
    return {title: `The ${name} server (${engine.title}, ${server.model})`, factPaths, readFacts, health, launch};
  const router = routerOf(server);
  return {
    title: `The ${name} (${router.title}, ${workers.length} servers behind it)`,
    factPaths: [],
    readFacts: () => untoldFacts,
    health: {...router.health, ready: reply => router.health.ready(reply, workers.length)},
    launch: {
      launcher: router.launcher,
      arguments: (own, host) => router.arguments(own, host, workers),
      environment: () => router.environment,
      graceSeconds: router.graceSeconds,
      deathSigns: router.deathSigns,
      // In a container it keeps nothing, and needs no cache of its own.
      container: {...launch.container, command: router.launcher('python3'), environment: {}},
      stageOf: () => null,
      readStartup: () => nothingTold,
    },
  };
};

const nothingTold: StartupFacts = {
  seconds: {load: null, compile: null, graphs: null},
  memoryMiB: {weights: null, kvPool: null, graphs: null, activations: null},
  kvTokens: null,
};
