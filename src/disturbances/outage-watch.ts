import type {Endpoint, Engine} from '../engines/engine.ts';
import {fetchText} from '../http/fetch-text.ts';
import {machineClock, machineNow} from '../load/clock.ts';
import {waitUntil} from '../load/wait-until.ts';
import type {OutageResult} from '../schema/disturbance.ts';
import {counterGrowth} from '../stats/counter-growth.ts';

const everyMs = 100;

type Worker = Pick<NonNullable<Endpoint['behind']>[number], 'name' | 'url'>;
type Finished = ReadonlyMap<string, number | null>;

/** Who finished how many requests while a member was away, and when it served again, by the servers' own counters. */
export class OutageWatch {
  readonly #engine: Engine;
  readonly #workers: readonly Worker[];
  readonly #member: string;
  readonly #read = new Map<'begin' | 'kill' | 'ready' | 'end', Finished>();
  /** On `machineNow`'s clock; null as long as it has not. */
  servedAgainAtMs: number | null = null;

  constructor(engine: Engine, workers: readonly Worker[], member: string) {
    this.#engine = engine;
    this.#workers = workers;
    this.#member = member;
  }

  async #finishedOf({url}: Worker): Promise<number | null> {
    const {metrics} = this.#engine;
    if (metrics === null) return null;
    const page = await fetchText(url + metrics.path, {timeoutMs: 2000}).catch(() => null);
    return page === null || page.status >= 400 ? null : metrics.readFinished(page.body, 'chat');
  }

  /** Reads all counters. */
  async mark(when: 'begin' | 'kill' | 'ready' | 'end'): Promise<void> {
    const told = await Promise.all(
      this.#workers.map(async worker => [worker.name, await this.#finishedOf(worker)] as const),
    );
    this.#read.set(when, new Map(told));
  }

  /** Waits, from when it is ready, until it has finished a request, or `stop`. */
  async servesAgain(stop: AbortSignal): Promise<void> {
    const worker = this.#workers.find(({name}) => name === this.#member);
    const atReady = this.#read.get('ready')?.get(this.#member) ?? null;
    if (worker === undefined || atReady === null) return;
    while (!stop.aborted) {
      const finished = await this.#finishedOf(worker);
      if (finished !== null && finished > atReady) {
        this.servedAgainAtMs = machineNow();
        return;
      }
      await waitUntil(machineClock, machineNow() + everyMs, stop, 0);
    }
  }

  /** What died with a process is not known: the requests that the member finished while it was away are null. */
  get members(): OutageResult['members'] {
    const at = (when: 'begin' | 'kill' | 'ready' | 'end', name: string) => this.#read.get(when)?.get(name);
    return this.#workers.map(({name}) => ({
      name,
      before: counterGrowth(at('begin', name), at('kill', name)),
      during: name === this.#member ? null : counterGrowth(at('kill', name), at('ready', name)),
      after: counterGrowth(at('ready', name), at('end', name)),
    }));
  }
}
