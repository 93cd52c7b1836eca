/** Simpler values than this one, the simplest first; none where there is nothing left to leave out. */
export const simpler = (value: unknown): readonly unknown[] => {
  if (typeof value === 'string') return simplerText(value);
  if (typeof value === 'number')
    return value === 0 ? [] : [0, 1, Math.trunc(value / 2)].filter(other => Math.abs(other) < Math.abs(value));
  if (Array.isArray(value)) {
    const halves = value.length > 2 ? [value.slice(0, value.length / 2), value.slice(value.length / 2)] : [];
    return [
      ...halves,
      ...value.map((_, at) => value.toSpliced(at, 1)),
      ...value.flatMap((item, at) => simpler(item).map(other => value.with(at, other))),
    ];
  }
  if (typeof value !== 'object' || value === null) return [];
  const entries = Object.entries(value);
  return [
    ...entries.map((_, at) => Object.fromEntries(entries.toSpliced(at, 1))),
    ...entries.flatMap(([key, item]) => simpler(item).map(other => ({...value, [key]: other}))),
  ];
};

const simplerText = (text: string): readonly string[] => {
  const points = [...text]; // whole code points: half a pair would be another fault
  if (points.length <= 1) return [];
  const half = Math.ceil(points.length / 2);
  const parts = [points.slice(0, half), points.slice(half), points.slice(1), points.slice(0, -1)];
  return parts.filter(part => part.length < points.length).map(part => part.join(''));
};

/**
 * The simplest value found from `first` on for which `fails` holds, asking at most `budget` times. `allowed` says which
 * simpler values are still about the same thing.
 */
export const smallest = async (
  first: unknown,
  {allowed, fails, budget}: {allowed(value: unknown): boolean; fails(value: unknown): Promise<boolean>; budget: number},
): Promise<unknown> => {
  let [found, left] = [first, budget];
  for (;;) {
    let next: unknown;
    for (const candidate of simpler(found)) {
      if (!allowed(candidate)) continue;
      if (left <= 0) return found;
      left -= 1;
      if (await fails(candidate)) {
        next = candidate;
        break;
      }
    }
    if (next === undefined) return found;
    found = next;
  }
};
