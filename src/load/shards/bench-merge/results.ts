import {histogramError} from '../../../stats/latency-histogram.ts';
import type {Added} from './add-histograms.ts';
import type {Joined} from './join-exactly.ts';
import type {Measured} from './run-part.ts';

export interface ExactJoin extends Measured<Joined> {
  readonly shards: number;
  readonly samples: number;
  readonly tokens: number;
  /** What the shards left. */
  readonly bytes: number;
}

/** Everything that one run of the benchmark found. */
export interface Results {
  readonly few: ExactJoin;
  /** Longer answers. */
  readonly long: ExactJoin;
  readonly many: ExactJoin;
  /** By hand: from the run folders of many machines. */
  readonly folders: ExactJoin;
  readonly arrivals: Measured<{readonly n: number}>;
  readonly held: Measured<{readonly n: number}>;
  readonly histograms: Measured<Added> & {readonly shards: number; readonly values: number};
}

const quantities = ['p50', 'p90', 'p95', 'p99'] as const;

/** The greatest share by which a percentile of a histogram was off. */
export const worstError = ({ttftMs, e2eMs}: Joined): number => {
  const errors = [ttftMs, e2eMs].flatMap(({exact, histogram}) =>
    quantities.map(quantity => Math.abs((histogram[quantity] ?? 0) / (exact[quantity] ?? 0) - 1)),
  );
  return Math.max(...errors.filter(error => !Number.isNaN(error)));
};

/** For each shard a block of 256 KiB as it was read, and one that the garbage collection has not come to. */
const blocksMb = (shards: number) => (shards * 2 * 256) / 1024;
/** Six columns of doubles a sample; a column that is full is copied into one twice as large. */
const columnsMb = (samples: number) => (samples * 48 * 3) / 2 ** 20;
const garbageMb = 128;

/** How much memory an exact join may take, whatever the machine. */
const joinBoundMb = ({shards, samples, cost}: ExactJoin): number =>
  cost.startMb + blocksMb(shards) + columnsMb(samples) + garbageMb;

const wrongJoin = (join: ExactJoin): string[] => {
  const {shards, samples, result, cost} = join;
  const {counts, outOfOrder} = result;
  const of = `of ${shards} shards`;
  return [
    counts.ok + counts.failed === samples
      ? null
      : `${counts.ok + counts.failed} samples ${of} were joined, not ${samples}`,
    outOfOrder === 0 ? null : `${outOfOrder} samples ${of} stand behind one that ended later`,
    worstError(result) <= histogramError ? null : `a histogram ${of} is off by ${worstError(result)}`,
    cost.peakMb <= joinBoundMb(join) ? null : `the join ${of} took ${Math.round(cost.peakMb)} MB at its peak`,
  ].filter(line => line !== null);
};

/** What is wrong with the merge, in words: never a duration. */
export const complaints = ({few, long, many, folders, histograms: {result, values}}: Results): string[] => [
  ...[few, long, many, folders].flatMap(wrongJoin),
  ...(result.n === values ? [] : [`${result.n} values were counted in histograms, not ${values}`]),
];
