/** A process on a card. */
interface Place {
  readonly card: string;
  readonly pid: number;
}

/** MiB by the name of a place. */
type Snapshot = ReadonlyMap<string, number>;

const isWithin = (one: Snapshot, other: Snapshot): boolean =>
  [...one].every(([place, usedMiB]) => usedMiB <= (other.get(place) ?? 0));

/**
 * What every process held at one time, so that it can be added up when it is known whose they were. Only what may be the
 * most of any of them together is kept: a snapshot goes when another one has all of its processes with as much or more.
 * A server's memory grows and stays, so few are left of hours.
 */
export class ProcessSnapshots {
  readonly #places = new Map<string, Place>();
  #kept: readonly Snapshot[] = [];
  #now = new Map<string, number>();
  #time = '';

  /** `time` as nvidia-smi wrote it: it prints one row a process and gives all that it read at one time the same. */
  add(time: string, {card, pid}: Place, usedMiB: number): void {
    if (time !== this.#time) this.#closeTime();
    this.#time = time;
    const place = `${pid} ${card}`;
    this.#places.set(place, {card, pid});
    this.#now.set(place, (this.#now.get(place) ?? 0) + usedMiB);
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
    if (now.size === 0 || this.#kept.some(one => isWithin(now, one))) return;
    this.#kept = [...this.#kept.filter(one => !isWithin(one, now)), now];
  }
}
