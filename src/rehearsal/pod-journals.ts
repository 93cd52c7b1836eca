import {join} from 'node:path';
import {CutoverError, reasonOf} from '../errors.ts';
import type {ContinuousCounts} from '../load/continuous/sender.ts';
import type {ContinuousCrew} from '../load/shards/continuous/continuous-crew.ts';
import {fetchJournal, type KeptWord} from '../load/shards/continuous/fetch-journal.ts';
import {clockBetween} from '../load/shards/continuous/shift-stamps.ts';
import {lostText} from '../load/shards/shard-ear.ts';
import {ShardGone} from '../load/shards/shard-gone.ts';
import {shardJournal} from '../records/read-journal.ts';
import type {LoadShard, PodLoad} from '../schema/rehearsal.ts';
import {tellingReadings} from '../stats/clock-error.ts';
import type {OpenPods} from './load-pods.ts';
import type {RehearsalRun} from './rehearsal-run.ts';

/** Why a rehearsal cannot go on without a shard: not what is left is wrong, but nobody can tell any more what was sent. */
export const loadNotWhole = (lost: string, thrown: unknown): CutoverError =>
  new CutoverError('SHARD_LOST', `The load is not whole: ${lost}`, {
    hint: 'What it sent cannot be accounted for without its journal, so that this rehearsal is void. Begin another one.',
    ...(thrown instanceof CutoverError && {logTail: thrown.logTail}),
    cause: thrown,
  });

/** Why it cannot go on without one that has ended its load by itself; what it sent until then is known. */
export const loadTooShort = (lost: string, thrown: unknown): CutoverError =>
  new CutoverError('SHARD_LOST', `The load has ended before the rehearsal: ${lost}`, {
    hint: 'See why this machine could not reach the cluster meanwhile (kubectl get --raw /readyz), and begin another one.',
    cause: thrown,
  });

const noCounts: ContinuousCounts = {sent: 0, served: 0, refused: 0, failed: 0, lost: 0};

const sumOf = (all: readonly ContinuousCounts[]): ContinuousCounts =>
  all.reduce((sum, one) => {
    const add = (name: keyof ContinuousCounts) => sum[name] + one[name];
    return {
      ...{sent: add('sent'), served: add('served'), refused: add('refused')},
      ...{failed: add('failed'), lost: add('lost')},
    };
  }, noCounts);

const notBrought = (lost: string, thrown: unknown): unknown =>
  thrown instanceof CutoverError && thrown.code !== 'SHARD_LOST'
    ? thrown // which says what to do
    : new CutoverError('SHARD_LOST', `A journal was not brought, and its pod may have it: ${lost}`, {
        hint: 'See that this machine reaches the pods (kubectl get pods), and go on once more where the harness was killed.',
        cause: thrown,
      });

/**
 * Stops the load and brings every shard's journal; those that are gone for good are noted. Throws what keeps one from being brought that
 * may still be there: nothing is noted of it then, and it may be brought another time.
 */
export const journalsBrought = async (
  run: RehearsalRun,
  load: PodLoad,
  crew: ContinuousCrew,
): Promise<ContinuousCounts> => {
  const {sitting, shards} = load;
  const ends = await crew.stop();
  const failed = new Map<number, unknown>();
  const each = async (work: (shard: LoadShard, index: number) => Promise<void>): Promise<void> => {
    const all = shards.map(async (shard, index) => {
      if (shard.journal !== null || shard.lost !== null || failed.has(index)) return;
      try {
        await work(shard, index);
      } catch (thrown) {
        const lost = lostText(index, shards.length, crew.host(index), thrown);
        if (thrown instanceof ShardGone) shard.lost = lost;
        else failed.set(index, notBrought(lost, thrown));
      }
    });
    await Promise.all(all);
  };
  const wordOf = (index: number): KeptWord => {
    const end = ends[index];
    if (end === undefined) throw new TypeError(`there is no shard ${index}`);
    if ('lost' in end) throw end.thrown;
    return end.word;
  };
  // All clocks before the first journal, which may take long and be in the way of a reading.
  await each(async (shard, index) => {
    wordOf(index);
    shard.clocks = tellingReadings([...shard.clocks, await crew.clock(index)]);
  });
  await each(async (shard, index) => {
    const [host, word, name] = [crew.host(index), wordOf(index), shardJournal(sitting, index)];
    await fetchJournal({host, word, toHere: clockBetween(shard.clocks)}, join(run.folder.path, name));
    Object.assign(shard, {journal: name, sent: word.counts.sent});
  });
  await run.save();
  for (const thrown of failed.values()) throw thrown;
  return sumOf(ends.flatMap(end => ('word' in end ? [end.word.counts] : [])));
};

/** A Job that stays is no reason to lose what was brought. */
const podsEnded = async ({parts}: RehearsalRun, pods: AsyncDisposable): Promise<void> => {
  try {
    await pods[Symbol.asyncDispose]();
  } catch (thrown) {
    parts.told.note(reasonOf(thrown));
  }
};

interface Emptied {
  readonly run: RehearsalRun;
  readonly load: PodLoad;
  readonly pods: OpenPods;
}

/** Ends the pods when each journal is here or gone for good; else they are left with what they have. */
export const endedAfter = async <T>(brought: Promise<T>, {run, load, pods}: Emptied): Promise<T> => {
  const {job, namespace} = load;
  const value = await brought.catch((thrown: unknown) => {
    pods.leave();
    run.parts.told.note(
      `Job ${job} in namespace ${namespace} stays: its pods may have journals that are not here. npm run clean -- --kube-namespace ${namespace} removes it with them.`,
    );
    throw thrown;
  });
  await podsEnded(run, pods);
  return value;
};

/** Which journals of this load are gone for good, and why; null where none is known to be. */
export const lostIn = ({shards}: PodLoad): string | null =>
  shards.flatMap(({lost}) => (lost === null ? [] : [lost])).join('; ') || null;

/** Throws SHARD_LOST where a journal of this load is gone. */
export const assertWhole = (load: PodLoad): void => {
  const lost = lostIn(load);
  if (lost !== null) throw loadNotWhole(lost, null);
};
