/** The numbers that a pattern's first group finds, one a line at most; thousands may be set apart by commas. */
const numbersIn = (lines: readonly string[], pattern: RegExp): readonly number[] =>
  lines.flatMap(line => {
    const found = pattern.exec(line)?.[1];
    return found === undefined ? [] : [Number(found.replaceAll(',', ''))];
  });

/** The first of them; null where there is none. */
export const numberIn = (lines: readonly string[], pattern: RegExp): number | null =>
  numbersIn(lines, pattern)[0] ?? null;

/** Their sum; null where there is none. */
export const sumIn = (lines: readonly string[], pattern: RegExp): number | null => {
  const numbers = numbersIn(lines, pattern);
  return numbers.length === 0 ? null : numbers.reduce((sum, one) => sum + one, 0);
};

/** Whole MiB: logs round to hundredths of a GiB, which are 10 MiB. */
export const mibOf = (gib: number | null): number | null => (gib === null ? null : Math.round(gib * 1024));
