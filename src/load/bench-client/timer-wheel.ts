const slotMs = 0.25;
const slotCount = 4096;

/**
 * Items by the absolute time at which they are due, each step in constant time: a slot holds what is due within its
 * quarter of a millisecond in this turn of the wheel or in a later one.
 */
export class TimerWheel<Item extends {readonly dueMs: number}> {
  readonly #slots: Item[][] = Array.from({length: slotCount}, () => []);
  /** The slot that may hold the next due item, counted on without end. */
  #tick = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(item: Item): void {
    const tick = Math.floor(item.dueMs / slotMs);
    // What is overdue already must not wait for the wheel's next turn.
    this.#tick = this.#size === 0 ? tick : Math.min(this.#tick, tick);
    this.#slot(tick).push(item);
    this.#size += 1;
  }

  /** One item that is due by `nowMs`, taken out; null if there is none. Order within a slot is not kept. */
  takeDue(nowMs: number): Item | null {
    if (this.#size === 0) return null;
    for (const last = Math.floor(nowMs / slotMs); this.#tick <= last; this.#tick += 1) {
      const slot = this.#slot(this.#tick);
      for (const [place, item] of slot.entries()) {
        if (item.dueMs > nowMs) continue;
        const moved = slot.pop();
        if (moved !== undefined && moved !== item) slot[place] = moved;
        this.#size -= 1;
        return item;
      }
      if (this.#tick === last) return null;
    }
    return null;
  }

  #slot(tick: number): Item[] {
    return this.#slots[tick % slotCount] as Item[];
  }
}
