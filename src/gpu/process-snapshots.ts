/** A process on a card, or (null) all strangers there together. */
interface Place {
  readonly card: string;
  readonly pid: number | null;
}

const nameOf = ({card, pid}: Place): string => `${pid} ${card}`;

/** MiB by the name of a place. */
type Snapshot = ReadonlyMap<string, number>;

const isWithin = (one: Snapshot, other: Snapshot): boolean =>
  [...one].every(([place, usedMiB]) => usedMiB <= (other.get(place) ?? 0));

/** The same with other names, what then has the same one added up. */
const renamed = (snapshot: Snapshot, names: ReadonlyMap<string, string>): Snapshot => {
  const sums = new Map<string, number>();
  for (const [name, usedMiB] of snapshot) {
    const now = names.get(name) ?? name;
    sums.set(now, (sums.get(now) ?? 0) + usedMiB);
  }
  return sums;
};

/**
 * What every process held at one time, so that it can be added up when it is known whose they were. Only what may be the
 * most of any of them together is kept: a snapshot goes when another one has all of its processes with as much or more.
 * A server's memory grows and stays, and strangers that come and go are one place, so few are left of hours.
 */
export class ProcessSnapshots {
  readonly #strangers: ReadonlySet<number>;
  readonly #places = new Map<string, Place>();
  #kept: readonly Snapshot[] = [];
  #now = new Map<string, number>();
  #time = '';

  /** `strangers`: nobody will be asked for what one of these held alone. It may grow meanwhile. */
  constructor(strangers: ReadonlySet<number> = new Set()) {
    this.#strangers = strangers;
  }

  /** `time` as nvidia-smi wrote it: it prints one row a process and gives all that it read at one time the same. */
  add(time: string, {card, pid}: Place & {readonly pid: number}, usedMiB: number): void {
    if (time !== this.#time) this.#closeTime();
    this.#time = time;
    const place = {card, pid: this.#strangers.has(pid) ? null : pid};
    const name = nameOf(place);
    this.#places.set(name, place);
    this.#now.set(name, (this.#now.get(name) ?? 0) + usedMiB);
  }

  /** All that were ever seen. */
  get places(): Iterable<Place> {
    return this.#places.values();
  }

  /** The largest sums by what `holderOf` makes of a place; one that it makes null of is left out. */
  maxMiB<Holder>(holderOf: (place: Place) => Holder | null): ReadonlyMap<Holder, number> {
    this.#closeTime();
    const most = new Map<Holder, number>();
    for (const snapshot of this.#kept) {
      const sums = new Map<Holder, number>();
      for (const [name, usedMiB] of snapshot) {
        const holder = holderOf(this.#places.get(name) as Place);
        if (holder !== null) sums.set(holder, (sums.get(holder) ?? 0) + usedMiB);
      }
      for (const [holder, usedMiB] of sums) most.set(holder, Math.max(usedMiB, most.get(holder) ?? 0));
    }
    return most;
  }

  /** How many are kept. */
  get size(): number {
    this.#closeTime();
    return this.#kept.length;
  }

  #closeTime(): void {
    const now = this.#now;
    this.#now = new Map();
    this.#keep(now);
    this.#foldStrangers();
  }

  #keep(snapshot: Snapshot): void {
    if (snapshot.size === 0 || this.#kept.some(one => isWithin(snapshot, one))) return;
    this.#kept = [...this.#kept.filter(one => !isWithin(one, snapshot)), snapshot];
  }

  /** No sum that anybody asks for is another one by it: strangers of one card are always added up. */
  #foldStrangers(): void {
    const names = new Map<string, string>();
    for (const [name, {card, pid}] of this.#places) {
      if (pid === null || !this.#strangers.has(pid)) continue;
      const place = {card, pid: null};
      names.set(name, nameOf(place));
      this.#places.delete(name);
      this.#places.set(nameOf(place), place);
    }
    if (names.size === 0) return;
    const snapshots = this.#kept;
    this.#kept = [];
    for (const snapshot of snapshots) this.#keep(renamed(snapshot, names));
  }
}
