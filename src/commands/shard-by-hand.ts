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

/** Of a time that is past: in the largest unit of which there are two. */
const age = (ms: number): string => {
  const [name, unitMs] = ageUnits.find(([, unitMs]) => ms >= 2 * unitMs) ?? (['seconds', 1000] as const);
  return unitMs === 1000 ? seconds(ms) : `${Math.floor(ms / unitMs).toLocaleString('en')} ${name}`;
};
const ageUnits = [
  ['days', 86_400_000],
  ['hours', 3_600_000],
  ['minutes', 60_000],
] as const;

/** `chat 3 times, embed`. */
const trialsText = (stages: readonly PlannedStage[]): string =>
  [...Map.groupBy(stages, ({stage}) => stage.name)]
    .map(([name, {length}]) => (length === 1 ? name : `${name} ${length} times`))
    .join(', ');

/** Throws BAD_OPTIONS for what only the plan of the run, or the time, shows to be wrong. `nowMs` since 1970. */
export const refuseByHand = (
  {shard, startAt, every, suite}: ShardOptions & Pick<Options, 'suite'>,
  stages: readonly PlannedStage[],
  nowMs: number,
): void => {
  if (shard === null || startAt === null) return;
  if (stages.length > 1 && every === null) {
    const [one, ...more] = stages.filter(({repetition}) => repetition === 1);
    const single =
      one !== undefined && more.length === 0
        ? '--repetitions 1, which makes it one trial'
        : 'name a suite of one stage: --suite chat --repetitions 1';
    throw new CutoverError(
      'BAD_OPTIONS',
      `--suite ${suite.join(' --suite ')} has ${stages.length} trials (${trialsText(stages)}), which start one after another, and when the later ones do is not said`,
      {
        hint: `Add --every <seconds>: longer than a trial takes on the slowest machine, and then its warm-up and 10 s, the same on every machine. Or ${single}.`,
      },
    );
  }
  const inMs = startAt - nowMs;
  if (inMs > 0 && inMs <= latestStartMs) return;
  const now = `it is ${new Date(nowMs).toISOString().replace(/\.\d+/, '')} now`;
  const why = inMs <= 0 ? `lies in the past (${age(-inMs)} ago; ${now})` : `is more than a day ahead (${now})`;
  throw new CutoverError('BAD_OPTIONS', `--start-at ${new Date(startAt).toISOString()} ${why}`, {
    hint: 'Name a time in a minute or two, the same on every machine: what date -u -d "+2 min" +%FT%TZ prints on one of them.',
  });
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
