import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {createRunFolder} from '../records/run-folder.ts';
import {samplesName} from '../records/sample-files.ts';
import type {Terminal} from '../terminal.ts';
import {joinedRecord, joinedRunId} from './merge/joined-record.ts';
import {JoinedTrial} from './merge/joined-trial.ts';
import {inOrder} from './merge/same-plan.ts';
import {readShardFolders} from './merge/shard-folder.ts';
import {samplesOfAll} from './merge/shard-samples.ts';

interface MergeOptions {
  /** Run folders of shards, or their ids, in any order. */
  readonly runs: readonly string[];
  /** --out. */
  readonly outDir: string | null;
  readonly reportsDir: string;
  readonly terminal: Pick<Terminal, 'note' | 'progress'>;
  /** Aborted with a CutoverError INTERRUPTED by Ctrl-C. */
  readonly interrupted: AbortSignal;
}

interface MergedRun {
  readonly folder: string;
  /** A trial of it is void. */
  readonly isVoid: boolean;
}

const shownEvery = 20_000;

/**
 * Joins the runs of the shards of one load to one run in a folder of its own, from their raw samples: a record like that of
 * one machine, the same to the byte whatever the order of the folders. Holds one sample of each shard at a time. Throws
 * BAD_OPTIONS for shards that do not belong together, RECORD_UNREADABLE, RECORD_NOT_WRITABLE and the reason of `interrupted`;
 * nothing is left of it then.
 */
export const mergeShards = async ({
  runs,
  outDir,
  reportsDir,
  terminal,
  interrupted,
}: MergeOptions): Promise<MergedRun> => {
  const shards = inOrder(await readShardFolders(runs, reportsDir));
  await using down = new AsyncDisposableStack();
  const folder = await createRunFolder({outDir, reportsDir, runId: joinedRunId(shards)});
  let whole = false;
  // Samples without their record would keep the folder from being given again.
  down.defer(() => (whole ? undefined : rm(join(folder.path, samplesName), {force: true})));
  down.use(folder);

  const count = Math.max(...shards.map(({outcomes}) => outcomes.length));
  const trials = Array.from({length: count}, (_, index) => new JoinedTrial(shards, index));
  let requests = 0;
  await folder.takeSamples(samplesOfAll(shards), sample => {
    interrupted.throwIfAborted();
    trials[sample.trial]?.add(sample);
    requests += 1;
    if (requests % shownEvery === 0) terminal.progress.show(`merging ${shards.length} shards · ${requests} requests`);
  });
  terminal.progress.finish();

  const record = joinedRecord(
    shards,
    trials.map(trial => trial.judged()),
  );
  await folder.save(record);
  whole = true;
  terminal.note(`Merged ${shards.length} of ${shards[0].place.of} shards: ${requests} requests`);
  const isVoid = record.trials.some(({findings}) => findings.some(({severity}) => severity === 'void'));
  return {folder: folder.path, isVoid};
};
