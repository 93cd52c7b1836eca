import type {Engine} from '../engines/engine.ts';
import {type EngineName, engines} from '../engines/index.ts';
import type {Arm} from '../schema/block.ts';
import type {Target as AskedTarget, TargetState} from './admin/contract.ts';
import {type Connections, connectionsTo} from './connections.ts';
import type {Visit} from './visit.ts';

/** What is on the way to one side. It outlives a target that is replaced by another one of its name. */
export class TargetLoad {
  #inFlight = 0;
  #asked = 0;
  /** Those without a byte of their answer, in the order in which they were sent. */
  readonly #silent = new Set<Visit>();
  readonly #onIdle = new Set<() => void>();

  get inFlight(): number {
    return this.#inFlight;
  }

  begin(): void {
    this.#inFlight += 1;
  }

  end(): void {
    this.#inFlight -= 1;
    if (this.#inFlight > 0) return;
    for (const go of this.#onIdle) go();
    this.#onIdle.clear();
  }

  /** It is being sent, so that an answer is waited for. */
  ask(visit: Visit): void {
    this.#silent.add(visit);
  }

  sent(): void {
    this.#asked += 1;
  }

  /** Its first byte came, or none will. */
  heard(visit: Visit): void {
    this.#silent.delete(visit);
  }

  state(nowMs: number): TargetState {
    const [oldest] = this.#silent;
    const oldestSilentMs = oldest === undefined ? null : nowMs - (oldest.askedMs ?? oldest.receivedMs);
    return {inFlight: this.#inFlight, oldestSilentMs, asked: this.#asked};
  }

  /** Resolves when nothing is on the way, or after `withinMs`, with what still is. */
  async idle(withinMs: number): Promise<number> {
    if (this.#inFlight === 0) return 0;
    const {promise, resolve} = Promise.withResolvers<void>();
    const patience = setTimeout(resolve, withinMs);
    this.#onIdle.add(resolve);
    await promise;
    clearTimeout(patience);
    this.#onIdle.delete(resolve);
    return this.#inFlight;
  }
}

/** A stack that requests are sent to. */
export interface Target {
  readonly arm: Arm;
  readonly engine: Engine;
  readonly evidence: AskedTarget['evidence'];
  readonly endpoints: AskedTarget['endpoints'];
  readonly load: TargetLoad;
  /** For one whole answer. */
  readonly timeoutMs: number;
  connections(origin: string): Connections;
  /** Aborts what is on the way. */
  close(): Promise<void>;
}

export const isEngineName = (name: string): name is EngineName => Object.hasOwn(engines, name);

interface TargetOptions extends Pick<Target, 'arm' | 'engine' | 'evidence' | 'endpoints' | 'load' | 'timeoutMs'> {}

export const openTarget = (options: TargetOptions): Target => {
  const byOrigin = new Map<string, Connections>();
  return {
    ...options,
    connections(origin) {
      const known = byOrigin.get(origin);
      if (known !== undefined) return known;
      const connections = connectionsTo(origin);
      byOrigin.set(origin, connections);
      return connections;
    },
    async close() {
      await Promise.all([...byOrigin.values()].map(connections => connections.close()));
    },
  };
};
