import {join} from 'node:path';
import {mergeByEnd} from '../../records/merge-by-end.ts';
import {readSamples} from '../../records/read-samples.ts';
import {samplesName} from '../../records/sample-files.ts';
import {unreadable} from '../../records/unreadable.ts';
import type {Sample} from '../../schema/sample.ts';
import type {ShardFolder} from './shard-folder.ts';

/**
 * The samples of the trials that a shard ended, trial by trial. Throws RECORD_UNREADABLE where they are not as many as
 * the shard counted: a file that was copied in part would make another load of it.
 */
async function* samplesOf({folder, outcomes}: ShardFolder): AsyncGenerator<Sample, undefined> {
  const seen = outcomes.map(() => ({ok: 0, failed: 0}));
  for await (const sample of readSamples(folder)) {
    const counts = seen[sample.trial];
    if (counts === undefined) continue; // of a trial that was broken off
    counts[sample.outcome] += 1;
    yield sample;
  }
  for (const [trial, {counts}] of outcomes.entries()) {
    const found = seen[trial] ?? {ok: 0, failed: 0};
    if (found.ok === counts.ok && found.failed === counts.failed) continue;
    throw unreadable(
      join(folder, samplesName),
      `of trial ${trial + 1} it holds ${found.ok} successful and ${found.failed} failed requests, and the shard counted ${counts.ok} and ${counts.failed}`,
      {hint: 'Copy the whole folder from its machine once more.'},
    );
  }
}

/** All samples, trial by trial in the order in which their requests ended; one of each shard is held, and what is read of its file at once. */
export const samplesOfAll = (shards: readonly ShardFolder[]): AsyncGenerator<Sample, undefined> =>
  mergeByEnd(shards.map(samplesOf));
