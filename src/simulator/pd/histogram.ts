/** What a Prometheus histogram tells. */
export interface Histogram {
  readonly bounds: readonly number[];
  /** Of values up to each bound, then of all; each count holds those before it. */
  readonly counts: readonly number[];
  readonly sum: number;
}

export const createHistogram = (bounds: readonly number[]) => {
  const counts = [...bounds.map(() => 0), 0];
  let sum = 0;
  return {
    observe(value: number) {
      sum += value;
      for (const [index, bound] of [...bounds, Infinity].entries())
        if (value <= bound) counts[index] = (counts[index] ?? 0) + 1;
    },
    read: (): Histogram => ({bounds, counts: [...counts], sum}),
  };
};
