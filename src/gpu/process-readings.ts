import type {Role} from '../schema/request.ts';
import type {TrialGpu} from '../schema/trial.ts';
import type {Owned} from './owned-processes.ts';
import {ProcessSnapshots} from './process-snapshots.ts';

/** What is told of the cards' processes when it is known whose they were. */
interface Attributed extends Pick<TrialGpu, 'servers' | 'othersMaxMiB'> {
  /** Cards that a server holds memory on; none where no server's process was seen. */
  readonly cards: ReadonlySet<string>;
}

/** Whose memory is added up: a server's over all cards, and everybody else's by the card's UUID. */
type Holder = Role | (string & {});

/** What processes held together, at most: the largest values of two of them need not have been at one time. */
export class ProcessReadings {
  readonly #snapshots: ProcessSnapshots;
  /** Of which nvidia-smi does not tell: a sum that lacks a process is none. */
  readonly #untold = new Set<number>();

  /** `strangers`: processes that are nobody's for certain; it may grow meanwhile. */
  constructor(strangers: ReadonlySet<number> = new Set()) {
    this.#snapshots = new ProcessSnapshots(strangers);
  }

  /** As nvidia-smi wrote it. The process that it tells of; null for a message in a row's place. */
  add(time: string, card = '', pidText = '', usedText = ''): number | null {
    const pid = Number.parseInt(pidText, 10);
    if (Number.isNaN(pid)) return null;
    const usedMiB = Number.parseFloat(usedText);
    if (Number.isNaN(usedMiB)) this.#untold.add(pid);
    else this.#snapshots.add(time, {card, pid}, usedMiB);
    return pid;
  }

  /** Servers of which no process was seen are left out; of others it is null where it cannot be told whose they are. */
  attribute(owned: readonly Owned[]): Attributed {
    const ownerOf = new Map(owned.flatMap(one => [...one.pids].map(pid => [pid, one] as const)));
    const owner = (pid: number | null) => (pid === null ? undefined : ownerOf.get(pid));
    const neighbours = (pid: number | null) => owner(pid)?.role === null;
    const places = [...this.#snapshots.places];
    const ofServers = places.flatMap(({pid, card}) => {
      const role = owner(pid)?.role ?? null;
      return role === null ? [] : [{role, card}];
    });
    const cards = new Set(ofServers.map(({card}) => card));
    if (![...this.#untold].every(neighbours)) return {cards, servers: [], othersMaxMiB: null};

    const most = this.#snapshots.maxMiB<Holder>(({pid, card}) => (neighbours(pid) ? null : (owner(pid)?.role ?? card)));
    const servers = new Set(ofServers.map(({role}) => role));
    const known = owned.some(({role}) => role !== null) && owned.every(({pids}) => pids.size > 0);
    return {
      cards,
      servers: [...servers].map(role => ({role, memoryMaxMiB: most.get(role) ?? 0})),
      othersMaxMiB: known && cards.size > 0 ? Math.max(...[...cards].map(card => most.get(card) ?? 0)) : null,
    };
  }
}
