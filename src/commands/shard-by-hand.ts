import {CutoverError} from '../errors.ts';
import type {LoadGround} from '../load/load-ground.ts';
import {loadByHand} from '../load/shards/by-hand.ts';
import type {Options} from '../options.ts';
import {shardFileName} from '../records/read-shard.ts';
import type {RunFolder} from '../records/run-folder.ts';
import type {ShardFile} from '../schema/shard-file.ts';
import {schemaVersion} from '../schema/version.ts';
import type {Terminal} from '../terminal.ts';
import type {PlannedStage} from './stages.ts';

type ShardOptions = Pick<Options, 'shard' | 'startAt' | 'every' | 'workers'>;

/** Before the clock is known: what is refused here is wrong by more than a machine's clock is. */
const latestStartMs = 24 * 3_600_000;

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** Throws BAD_OPTIONS for what only the plan of the run, or the time, shows to be wrong. `nowMs` since 1970. */
export const refuseByHand = (
  {shard, startAt, every}: ShardOptions,
  stages: readonly PlannedStage[],
  nowMs: number,
): void => {
  if (shard === null || startAt === null) return;
  if (stages.length > 1 && every === null)
    throw new CutoverError(
      'BAD_OPTIONS',
      `${stages.length} trials start one after another, and when the later ones do is not said`,
      {
        hint: 'Add --every <seconds>: longer than a trial takes on the slowest machine, and then its warm-up and 10 s, the same on every machine; or --repetitions 1.',
      },
    );
  const inMs = startAt - nowMs;
  if (inMs <= 0 || inMs > latestStartMs)
    throw new CutoverError(
      'BAD_OPTIONS',
      `--start-at ${new Date(startAt).toISOString()} is ${inMs <= 0 ? `${seconds(-inMs)} ago` : 'more than a day ahead'}`,
      {
        hint: 'Name a time in a minute or two, the same on every machine.',
      },
    );
};

/** This machine's share of the loads, told of in shard.json after each of them; null without --shard. */
export const groundByHand = (
  {shard, startAt, every, workers}: ShardOptions,
  folder: Pick<RunFolder, 'writeFile'>,
  note: Terminal['note'],
): LoadGround | null => {
  if (shard === null || startAt === null) return null;
  const name = `Shard ${shard.index + 1} of ${shard.of}`;
  return loadByHand({
    place: shard,
    workers,
    startAtMs: startAt,
    everyMs: (every ?? 0) * 1000,
    onClock({trial, untilStartMs, clock: {offsetMs, errorMs}}) {
      const start =
        untilStartMs < 0
          ? `was to start ${seconds(-untilStartMs)} ago, so it is void`
          : `starts in ${seconds(untilStartMs)}`;
      note(
        `${name}: trial ${trial + 1} ${start}; the server's clock is ${offsetMs.toFixed(1)} ms ahead, ± ${errorMs.toFixed(1)} ms`,
      );
    },
    async onOutcomes(outcomes) {
      const file: ShardFile = {
        schemaVersion,
        place: shard,
        startAt: new Date(startAt).toISOString(),
        everySeconds: every,
        outcomes: [...outcomes] as unknown as ShardFile['outcomes'],
      };
      await folder.writeFile(shardFileName, `${JSON.stringify(file, null, 2)}\n`);
    },
  });
};
