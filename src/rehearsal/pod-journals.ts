import {join} from 'node:path';
import {CutoverError, reasonOf} from '../errors.ts';
import type {ContinuousCounts} from '../load/continuous/sender.ts';
import {ContinuousCrew, type CrewEnd, readClock} from '../load/shards/continuous/continuous-crew.ts';
import {fetchJournal} from '../load/shards/continuous/fetch-journal.ts';
import {clockBetween} from '../load/shards/continuous/shift-stamps.ts';
import {lostText} from '../load/shards/shard-ear.ts';
import {shardJournal} from '../records/read-journal.ts';
import type {PodLoad} from '../schema/rehearsal.ts';
import type {LoadPods} from './load-pods.ts';
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

/** Brings the journal of one shard that has ended; what became of it is in the record. Throws RECORD_NOT_WRITABLE. */
const journalBrought = async (
  {folder}: RehearsalRun,
  {sitting, shards}: PodLoad,
  {crew, index, end}: {readonly crew: ContinuousCrew; readonly index: number; readonly end: CrewEnd},
): Promise<void> => {
  const shard = shards[index];
  if (shard === undefined || shard.journal !== null || shard.lost !== null) return;
  if ('lost' in end) {
    shard.lost = end.lost;
    return;
  }
  const host = crew.host(index);
  try {
    shard.clocks.push(await readClock(host));
    const name = shardJournal(sitting, index);
    const toHere = clockBetween(shard.clocks);
    await fetchJournal({host, word: end.word, toHere}, join(folder.path, name));
    shard.journal = name;
  } catch (thrown) {
    if (thrown instanceof CutoverError && thrown.code === 'RECORD_NOT_WRITABLE') throw thrown;
    shard.lost = lostText(index, shards.length, host, thrown);
  }
};

const noCounts: ContinuousCounts = {sent: 0, served: 0, refused: 0, failed: 0, lost: 0};

const sumOf = (all: readonly ContinuousCounts[]): ContinuousCounts =>
  all.reduce((sum, one) => {
    const add = (name: keyof ContinuousCounts) => sum[name] + one[name];
    return {
      ...{sent: add('sent'), served: add('served'), refused: add('refused')},
      ...{failed: add('failed'), lost: add('lost')},
    };
  }, noCounts);

/** Stops the load and brings every shard's journal; those that are gone are noted. Throws RECORD_NOT_WRITABLE. */
export const journalsBrought = async (
  run: RehearsalRun,
  load: PodLoad,
  crew: ContinuousCrew,
): Promise<ContinuousCounts> => {
  const ends = await crew.stop();
  const brought = await Promise.allSettled(ends.map((end, index) => journalBrought(run, load, {crew, index, end})));
  await run.save();
  for (const one of brought) if (one.status === 'rejected') throw one.reason;
  return sumOf(ends.flatMap(end => ('word' in end ? [end.word.counts] : [])));
};

const lostIn = ({shards}: PodLoad): string | null =>
  shards.flatMap(({lost}) => (lost === null ? [] : [lost])).join('; ') || null;

/** A Job that stays is no reason to lose what was brought. */
export const podsEnded = async ({parts}: RehearsalRun, pods: AsyncDisposable): Promise<void> => {
  try {
    await pods[Symbol.asyncDispose]();
  } catch (thrown) {
    parts.told.note(reasonOf(thrown));
  }
};

/** Throws SHARD_LOST where a journal of this load is gone. */
export const assertWhole = (load: PodLoad): void => {
  const lost = lostIn(load);
  if (lost !== null) throw loadNotWhole(lost, null);
};

/**
 * Ends the loads of a harness that was killed and brings their journals, before anything else is begun; one that is killed in this does it
 * again. What is gone is noted, and the first reason is returned; null where all is here.
 */
export const journalsOfKilled = async (run: RehearsalRun, pods: LoadPods): Promise<CutoverError | null> => {
  const loads = run.rehearsal.podLoads ?? [];
  const open = loads.filter(
    ({startMs, shards}) => startMs !== null && shards.some(({journal, lost}) => journal === null && lost === null),
  );
  for (const load of open) {
    run.parts.told.note(`Bringing the journals of the pods of ${load.job}, which the killed harness had begun`);
    const again = await pods.again(load);
    using crew = new ContinuousCrew(again.hosts);
    await journalsBrought(run, load, crew);
    await podsEnded(run, again);
  }
  await pods.removeStrays();
  const lost = loads.map(lostIn).find(found => found !== null) ?? null;
  return lost === null ? null : loadNotWhole(lost, null);
};
