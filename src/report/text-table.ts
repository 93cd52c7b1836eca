/** How a column stands: words begin at its left edge, numbers end at its right one. */
export type Side = 'left' | 'right';

/** Rows of cells as lines in which every column has one width, two spaces apart. */
export const alignedLines = (rows: readonly (readonly string[])[], sides: readonly Side[]): string[] => {
  const widths = sides.map((_, place) => Math.max(0, ...rows.map(row => row[place]?.length ?? 0)));
  return rows.map(row =>
    sides
      .map((side, place) => {
        const cell = row[place] ?? '';
        const width = widths[place] ?? 0;
        return side === 'left' ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
};
