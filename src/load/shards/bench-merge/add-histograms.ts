import {packHistogram, readHistogram} from '../../../stats/histogram-bytes.ts';
import {LatencyHistogram} from '../../../stats/latency-histogram.ts';
import {normalQuantile} from '../../../stats/normal.ts';
import {randomStream} from '../../../stats/random-stream.ts';

export interface HistogramsJob {
  readonly seed: number;
  readonly shards: number;
  readonly valuesEach: number;
}

export interface Added {
  readonly n: number;
  readonly countSeconds: number;
  /** To read all histograms and add them up. */
  readonly addSeconds: number;
  /** Of all of them. */
  readonly packedBytes: number;
  readonly p99Ms: number | null;
}

/** Times to the first token, drawn once; each shard sees them at a pace of its own. */
const drawn = 2 ** 20;

/** Each shard counts its own values, one by one, and packs them; then all are added up. */
export const addHistograms = ({seed, shards, valuesEach}: HistogramsJob): Added => {
  const random = randomStream(seed, 'histograms');
  const ttftMs = Float64Array.from(
    {length: drawn},
    () => 120 * Math.exp(0.6 * normalQuantile(random.uniform() + 2 ** -33)),
  );
  const beganMs = performance.now();
  const packed: Uint8Array[] = [];
  for (let shard = 0; shard < shards; shard += 1) {
    const [histogram, pace, from] = [new LatencyHistogram(), 0.9 + 0.2 * random.uniform(), random.next()];
    for (let value = 0; value < valuesEach; value += 1)
      histogram.add(pace * (ttftMs[(from + value) % drawn] as number));
    packed.push(packHistogram(histogram));
  }
  const countedMs = performance.now();
  const sum = new LatencyHistogram();
  for (const bytes of packed) sum.merge(readHistogram(bytes));
  const told = sum.summarise();
  return {
    n: told?.n ?? 0,
    countSeconds: (countedMs - beganMs) / 1000,
    addSeconds: (performance.now() - countedMs) / 1000,
    packedBytes: packed.reduce((bytes, {length}) => bytes + length, 0),
    p99Ms: told?.p99 ?? null,
  };
};
