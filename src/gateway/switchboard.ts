import {engines} from '../engines/index.ts';
import {machineNow} from '../load/clock.ts';
import {type Arm, arms} from '../schema/block.ts';
import type {Route} from '../schema/rehearsal.ts';
import type {Role} from '../schema/request.ts';
import type {Target as AskedTarget, GatewayState} from './admin/contract.ts';
import {Refusal} from './refusal.ts';
import {exactShare} from './share.ts';
import {isEngineName, openTarget, type Target, TargetLoad} from './target.ts';

/** What is asked of the switchboard does not go with what is there: the admin listener's 409. */
export class Conflict extends Error {}

interface Chosen {
  readonly target: Target;
  /** Asked instead where the target refuses the connection. */
  readonly standby: Target | null;
  /** Gets a copy. */
  readonly mirror: Target | null;
}

/** Which side a request goes to. Everything here is synchronous: what is chosen after a change is chosen by it. */
export interface Switchboard {
  readonly route: Route;
  /** Throws a Conflict for an engine that nobody knows. */
  putTarget(arm: Arm, asked: AskedTarget): void;
  /** Throws a Conflict while requests are there, or the route names it. */
  removeTarget(arm: Arm): void;
  /** Throws a Conflict where a side that it names is missing. */
  putRoute(asked: Route): {atMs: number; route: Route};
  /** Where the next request of that kind goes. Throws a Refusal `switching` where nobody serves. */
  choose(kind: Role): Chosen;
  primary(): Target | null;
  states(): {readonly nowMs: number; readonly targets: GatewayState['targets']};
  /** What `idle` of target.ts says; null where there is no such target. */
  drain(arm: Arm, withinMs: number): Promise<number> | null;
  /** Aborts what is on the way. */
  close(): Promise<void>;
}

const nobody: Route = {primary: null, candidateShare: 0, mirrorShare: 0, standby: null};

const eachKind = (share: number): Readonly<Record<Role, () => boolean>> => ({
  chat: exactShare(share),
  embed: exactShare(share),
  rerank: exactShare(share),
});

export const openSwitchboard = (timeoutMs: number): Switchboard => {
  const targets = new Map<Arm, Target>();
  /** Those that were replaced: requests may still be there. */
  const replaced: Target[] = [];
  const loads = {baseline: new TargetLoad(), candidate: new TargetLoad()};
  let route = nobody;
  let [takes, mirrors] = [eachKind(0), eachKind(0)];
  const named = ({primary, candidateShare, mirrorShare, standby}: Route) =>
    arms.filter(arm => arm === primary || arm === standby || (arm === 'candidate' && candidateShare + mirrorShare > 0));
  const at = (arm: Arm | null) => (arm === null ? null : (targets.get(arm) ?? null));

  return {
    get route() {
      return route;
    },
    putTarget(arm, {engine, evidence, endpoints}) {
      if (!isEngineName(engine)) throw new Conflict(`No engine is called ${JSON.stringify(engine)}`);
      const before = targets.get(arm);
      // What is on the way to one that is replaced ends there; then its connections are closed as all idle ones are.
      if (before !== undefined) replaced.push(before);
      targets.set(arm, openTarget({arm, engine: engines[engine], evidence, endpoints, load: loads[arm], timeoutMs}));
    },
    removeTarget(arm) {
      const target = targets.get(arm);
      if (target === undefined) return;
      if (named(route).includes(arm)) throw new Conflict(`The route names the ${arm}: change it first`);
      if (target.load.inFlight > 0) throw new Conflict(`${target.load.inFlight} requests are at the ${arm}`);
      targets.delete(arm);
      void target.close();
    },
    putRoute(asked) {
      const missing = named(asked).find(arm => !targets.has(arm));
      if (missing !== undefined) throw new Conflict(`There is no ${missing}: PUT /targets/${missing} first`);
      if (asked.candidateShare > 0 && asked.primary === 'candidate')
        throw new Conflict('The candidate is primary: it has no share of its own');
      route = asked;
      [takes, mirrors] = [eachKind(asked.candidateShare), eachKind(asked.mirrorShare)];
      return {atMs: machineNow(), route};
    },
    choose(kind) {
      const {primary, standby} = route;
      const target = at(primary !== null && takes[kind]() ? 'candidate' : primary);
      if (target === null) throw new Refusal('switching', 'The service is being moved: nobody serves at the moment');
      return {
        target,
        standby: standby === target.arm ? null : at(standby),
        mirror: mirrors[kind]() && target.arm !== 'candidate' ? at('candidate') : null,
      };
    },
    primary: () => at(route.primary),
    states() {
      const nowMs = machineNow();
      return {nowMs, targets: Object.fromEntries([...targets].map(([arm, {load}]) => [arm, load.state(nowMs)]))};
    },
    drain: (arm, withinMs) => (targets.has(arm) ? loads[arm].idle(withinMs) : null),
    async close() {
      await Promise.all([...targets.values(), ...replaced].map(target => target.close()));
    },
  };
};
