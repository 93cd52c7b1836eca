import {setTimeout as delay} from 'node:timers/promises';
import {isDeepStrictEqual} from 'node:util';
import {openAdmin} from '../gateway/admin/client.ts';
import type {GatewayAdmin} from '../gateway/admin/contract.ts';
import {type Keeper, openKeeper} from '../keeper/client.ts';
import {machineNow} from '../load/clock.ts';
import type {ContinuousLoad} from '../load/continuous/open-load.ts';
import type {RehearsalFolder} from '../records/rehearsal-folder.ts';
import type {Arm} from '../schema/block.ts';
import type {Finding} from '../schema/finding.ts';
import type {Rehearsal, RehearsalEvent, RehearsalStage, Route} from '../schema/rehearsal.ts';
import type {LoadPods} from './load-pods.ts';
import type {Readings} from './readings.ts';
import type {Scenario} from './scenarios/scenario.ts';
import type {Strategy} from './strategies/strategy.ts';

/** Whoever follows the rehearsal. */
interface Told {
  note(line: string): void;
  readonly progress: {show(line: string, options?: {important?: boolean}): void; finish(): void};
}

/** How one side is started: the flags of `cutover up`, and where they bring it up. */
export interface SideStart {
  readonly words: readonly string[];
  readonly runtime: string;
}

export interface RehearsalParts {
  /** What is on the disk after each `save`; stages write into it. */
  readonly rehearsal: Rehearsal;
  readonly folder: RehearsalFolder;
  readonly strategy: Strategy;
  readonly scenario: Scenario;
  readonly starts: Readonly<Record<Arm, SideStart>>;
  /** Of the service; 0 takes a free one. */
  readonly port: number;
  /** Of one request of the load. */
  readonly timeoutMs: number;
  readonly dockerRestartCommand: string | null;
  /** Null where the load comes from this machine. */
  readonly pods: LoadPods | null;
  readonly told: Told;
  readonly interrupted: AbortSignal;
}

export const nobody: Route = {primary: null, candidateShare: 0, mirrorShare: 0, standby: null};
export const toBaseline: Route = {...nobody, primary: 'baseline'};

/** A rehearsal while it runs: what its stages share. */
export class RehearsalRun {
  readonly parts: RehearsalParts;
  readonly rehearsal: Rehearsal;
  readonly folder: RehearsalFolder;
  /** Aborted with the reason when the rehearsal cannot go on: Ctrl-C, or what serves is gone. */
  readonly over: AbortSignal;
  readonly #fatal = new AbortController();
  #saved: Promise<void> = Promise.resolve();
  /** The client and what is read four times a second; null while there is none. */
  load: ContinuousLoad | null = null;
  readings: Readings | null = null;
  /** Set where all is being stopped after a failure: a disk that is full must keep nothing from being stopped. */
  closing = false;

  constructor(parts: RehearsalParts) {
    this.parts = parts;
    this.rehearsal = parts.rehearsal;
    this.folder = parts.folder;
    this.over = AbortSignal.any([parts.interrupted, this.#fatal.signal]);
  }

  get stage(): RehearsalStage | undefined {
    return this.rehearsal.stages.at(-1);
  }

  /** Throws a TypeError while there is no gateway. */
  get admin(): GatewayAdmin {
    const {gateway} = this.rehearsal.helpers;
    if (gateway === null) throw new TypeError('the gateway is not up');
    return openAdmin(gateway.control);
  }

  /** Null while there is none. */
  keeper(arm: Arm): Keeper | null {
    const helper = this.rehearsal.helpers[arm];
    return helper && openKeeper(helper.control);
  }

  /** From 1: of the keeper that runs, or of the next one. */
  incarnation(arm: Arm): number {
    return this.rehearsal.engines.filter(engine => engine.arm === arm).length + 1;
  }

  /** What the gateway was told last. */
  get route(): Route {
    return this.rehearsal.events.findLast(({route}) => route !== null)?.route ?? nobody;
  }

  fail(reason: unknown): void {
    this.#fatal.abort(reason);
  }

  /** Throws the reason why the rehearsal cannot go on. */
  async wait(ms: number): Promise<void> {
    this.over.throwIfAborted();
    await delay(ms, undefined, {signal: this.over}).catch(() => {});
    this.over.throwIfAborted();
  }

  /** One after the other: what goes on beside the stages saves, too. */
  async save(): Promise<void> {
    const saved = this.#saved.then(() => this.folder.save(this.rehearsal));
    this.#saved = saved.catch(() => {});
    await saved.catch((thrown: unknown) => {
      if (!this.closing) throw thrown;
    });
  }

  hasEvent(kind: RehearsalEvent['kind']): boolean {
    return this.rehearsal.events.some(event => event.kind === kind);
  }

  /** Kept and told at once. */
  async event(kind: RehearsalEvent['kind'], text: string, at: {atMs?: number; route?: Route} = {}): Promise<void> {
    this.rehearsal.events.push({atMs: at.atMs ?? machineNow(), kind, text, route: at.route ?? null});
    this.parts.told.progress.show(`${this.stage?.name ?? ''} · ${text}`, {important: true});
    await this.save();
  }

  /** Does nothing where the gateway routes so already. */
  async setRoute(route: Route, text: string): Promise<void> {
    const {route: now} = await this.admin.state();
    if (isDeepStrictEqual({...now}, {...route}) && isDeepStrictEqual(this.route, route)) return;
    const {atMs} = await this.admin.putRoute(route);
    await this.event('route', text, {atMs, route});
  }

  find(findings: readonly Finding[]): void {
    const {findings: noted} = this.rehearsal;
    for (const one of findings) if (!noted.some(other => isDeepStrictEqual(other, one))) noted.push(one);
  }
}
