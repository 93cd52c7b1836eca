import type {MemoryReading} from '../../schema/rehearsal.ts';
import {theilSen} from '../../stats/theil-sen.ts';
import type {MeanBounds} from '../../stats/welch.ts';

export interface MemoryGrowth {
  readonly of: 'VRAM' | 'host memory';
  /** MiB a minute. */
  readonly slope: MeanBounds;
}

/** Means of neighbouring readings: fewer points, and less of what one reading has to do with the next. */
const mostPoints = 32;

/** Of readings of one side, ascending; VRAM where it is known in all of them. Null where nothing is known, or too little. */
export const memoryGrowth = (readings: readonly MemoryReading[]): MemoryGrowth | null => {
  const vram = points(readings, ({vramMiB}) => vramMiB);
  if (vram !== null) return {of: 'VRAM', slope: vram};
  const host = points(readings, ({hostMiB}) => hostMiB);
  return host === null ? null : {of: 'host memory', slope: host};
};

const points = (
  readings: readonly MemoryReading[],
  of: (reading: MemoryReading) => number | null,
): MeanBounds | null => {
  const known = readings.flatMap(reading => {
    const mib = of(reading);
    return mib === null ? [] : [{minute: reading.atMs / 60_000, mib}];
  });
  if (known.length === 0 || known.length < readings.length) return null;
  const each = Math.ceil(known.length / mostPoints);
  const parts = Array.from({length: Math.floor(known.length / each)}, (_, at) =>
    known.slice(at * each, (at + 1) * each),
  );
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return theilSen(
    parts.map(part => mean(part.map(({minute}) => minute))),
    parts.map(part => mean(part.map(({mib}) => mib))),
  );
};
