import {rm, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {mergeByEnd} from '../../../records/merge-by-end.ts';
import {readSamples} from '../../../records/read-samples.ts';
import {createRunFolder, type RunFolder} from '../../../records/run-folder.ts';
import {samplesName} from '../../../records/sample-files.ts';
import type {Sample} from '../../../schema/sample.ts';
import type {Distribution} from '../../../schema/trial.ts';
import {e2eMs, ttftMs} from '../../../stats/latency.ts';
import {LatencyHistogram} from '../../../stats/latency-histogram.ts';
import {TrialSummary} from '../../../stats/trial.ts';
import {readBlockFile} from '../fetch-blocks.ts';
import {outline} from './shard-samples.ts';
import {type ShardsJob, shardPath} from './write-shards.ts';

/** A latency by all its values, and by a histogram of them. */
interface ToldTwice {
  readonly exact: Distribution;
  readonly histogram: Distribution;
}

export interface Joined {
  readonly counts: {readonly ok: number; readonly failed: number};
  readonly ttftMs: ToldTwice;
  readonly e2eMs: ToldTwice;
  readonly linesBytes: number;
  /** Requests that ended before one that stands in front of them. */
  readonly outOfOrder: number;
}

const told = (exact: Distribution | null, histogram: LatencyHistogram): ToldTwice => {
  const summary = histogram.summarise();
  if (exact === null || summary === null) throw new Error('the joined record has no latencies');
  return {exact, histogram: summary};
};

const places = ({shards}: ShardsJob): readonly number[] => Array.from({length: shards}, (_, shard) => shard);

/** The shards' blocks into the run's spool, and from there, in the order of their ends, to samples.jsonl. */
const joinBlocks = async (job: ShardsJob, run: RunFolder, see: (sample: Sample) => void): Promise<void> => {
  for (const part of places(job))
    await readBlockFile(shardPath(job, part), (_, block) => run.appendBlock({trial: 0, part}, block));
  await run.endTrials(see);
};

/** Line by line, from all folders at once. */
const joinFolders = (job: ShardsJob, run: RunFolder, see: (sample: Sample) => void): Promise<void> =>
  run.takeSamples(mergeByEnd(places(job).map(shard => samplesOf(shardPath(job, shard)))), see);

async function* samplesOf(folder: string): AsyncGenerator<Sample, undefined> {
  yield* readSamples(folder);
}

/** As `bench --load-on k8s` does it once all shards have ended, or as `npm run merge` does. */
export const joinExactly = async (job: ShardsJob): Promise<Joined> => {
  const {folder, from} = job;
  const out = join(folder, 'run');
  await using run = await createRunFolder({outDir: out, reportsDir: folder, runId: 'run'});
  const summary = new TrialSummary(outline);
  const [ttft, e2e] = [new LatencyHistogram(), new LatencyHistogram()];
  const count = (histogram: LatencyHistogram, ms: number | null) => ms !== null && histogram.add(ms);
  let [lastMs, outOfOrder] = [0, 0];
  await (from === 'blocks' ? joinBlocks : joinFolders)(job, run, sample => {
    summary.add(sample);
    if (sample.endMs < lastMs) outOfOrder += 1;
    lastMs = sample.endMs;
    if (sample.outcome === 'failed') return;
    count(ttft, ttftMs(sample, 'scheduled'));
    count(e2e, e2eMs(sample, 'scheduled'));
  });
  const numbers = summary.numbers();
  const {size: linesBytes} = await stat(join(out, samplesName));
  await rm(out, {recursive: true});
  return {
    counts: numbers.counts,
    ttftMs: told(numbers.ttftMs, ttft),
    e2eMs: told(numbers.e2eMs, e2e),
    linesBytes,
    outOfOrder,
  };
};
