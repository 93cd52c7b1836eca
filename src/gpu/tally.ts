/** How often each of a few distinct values was seen: as small after a day as after a minute. */
export class Tally<Value> {
  readonly #counts = new Map<Value, number>();
  #total = 0;

  add(value: Value): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
    this.#total += 1;
  }

  get total(): number {
    return this.#total;
  }

  /** Each value with how often it was seen, in the order in which they were first seen. */
  entries(): readonly (readonly [Value, number])[] {
    return [...this.#counts];
  }
}

/** The middle of what was seen, or the mean of the two in the middle; null where nothing was. */
export const medianOf = (tally: Tally<number>): number | null => {
  const sorted = tally.entries().toSorted(([a], [b]) => a - b);
  const at = (rank: number): number => {
    let passed = 0;
    for (const [value, count] of sorted) {
      passed += count;
      if (rank < passed) return value;
    }
    throw new RangeError(`no value of rank ${rank} among ${passed}`);
  };
  const {total} = tally;
  return total === 0 ? null : (at(Math.floor((total - 1) / 2)) + at(Math.floor(total / 2))) / 2;
};
