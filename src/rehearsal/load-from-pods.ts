import {reasonOf} from '../errors.ts';
import {machineNow} from '../load/clock.ts';
import type {ContinuousLoad, ContinuousLoadOptions} from '../load/continuous/open-load.ts';
import type {ContinuousCounts} from '../load/continuous/sender.ts';
import {ContinuousCrew} from '../load/shards/continuous/continuous-crew.ts';
import {silentMs} from '../load/shards/continuous/continuous-shard.ts';
import {openJournal} from '../records/journal-file.ts';
import type {PodLoad} from '../schema/rehearsal.ts';
import type {LoadPods, OpenPods} from './load-pods.ts';
import {assertWhole, endedAfter, journalsBrought, loadNotWhole, loadTooShort} from './pod-journals.ts';
import type {RehearsalRun} from './rehearsal-run.ts';
import {unlessOver} from './unless-over.ts';

/** Seldom enough that no request is late for it, and often enough that what a clock may do in between is some 30 ms. */
const clockEveryMs = 120_000;

/** The order to begin must have reached all of them by then. */
const leadMs = ({slowestTellMs}: ContinuousCrew): number => 500 + 3 * slowestTellMs;

/** Saved before anything is sent: whoever goes on after a kill finds the pods by it, and what they have sent. */
const notedLoad = async (run: RehearsalRun, pods: LoadPods, {hosts, namespace, job}: OpenPods): Promise<PodLoad> => {
  const {rehearsal} = run;
  const load: PodLoad = {
    ...{sitting: rehearsal.sittings.length, image: pods.image, cluster: await pods.cluster(), namespace, job},
    startMs: null,
    shards: hosts.map(({name}) => ({
      ...{pod: name, node: null, clocks: [], journal: null, lost: null},
    })),
  };
  rehearsal.podLoads = [...(rehearsal.podLoads ?? []), load];
  await run.save();
  return load;
};

const begun = async (
  run: RehearsalRun,
  {load, crew, of}: {readonly load: PodLoad; readonly crew: ContinuousCrew; readonly of: number},
  options: Omit<ContinuousLoadOptions, 'journal' | 'place'>,
): Promise<void> => {
  const ready = await crew.prepare(index => ({...options, place: {index, of}, silentMs}));
  const clocks = await crew.clocks();
  for (const [index, shard] of load.shards.entries()) {
    shard.node = ready[index]?.node ?? null;
    shard.clocks = clocks.slice(index, index + 1);
  }
  const program = ready[0]?.program;
  if (program !== undefined) load.program = {...program};
  load.startMs = machineNow() + leadMs(crew);
  await run.save();
  await crew.begin(load.startMs, clocks);
  crew.watchClocks(clockEveryMs, {
    async read(index, reading) {
      load.shards[index]?.clocks.push(reading);
      await run.save().catch(() => {}); // whoever saves next tells of it
    },
    missed(index, thrown) {
      const pod = load.shards[index]?.pod;
      run.parts.told.note(
        `The clock of ${pod} could not be read, and is read again in ${clockEveryMs / 1000} s: ${reasonOf(thrown)}`,
      );
    },
  });
};

/**
 * As `startContinuousLoad`, from pods: what they send is the one load that this machine would send, and its journals are here when it has
 * been stopped. `failed` is aborted with SHARD_LOST as soon as one of them is lost; stopping throws it where one is lost only then.
 */
export const loadFromPods = async (
  run: RehearsalRun,
  pods: LoadPods,
  options: Omit<ContinuousLoadOptions, 'journal' | 'place' | 'url'>,
): Promise<ContinuousLoad> => {
  // Its own journal is there, and says that this machine has sent nothing.
  await (await openJournal(run.folder.clientJournal))[Symbol.asyncDispose]();
  const open = await pods.open(run.over);
  await using opened = new AsyncDisposableStack();
  opened.use(open);
  const load = await notedLoad(run, pods, open);
  const crew = opened.use(new ContinuousCrew(open.hosts));
  const broken = new AbortController();
  void crew.lost.then(({text, thrown, kept}) => broken.abort((kept ? loadTooShort : loadNotWhole)(text, thrown)));
  await unlessOver(run, begun(run, {load, crew, of: open.hosts.length}, {...options, url: pods.gatewayAddress}));

  const up = opened.move();
  const end = async (): Promise<ContinuousCounts> => {
    const told = broken.signal.aborted;
    const counts = await endedAfter(journalsBrought(run, load, crew), {run, load, pods: open});
    if (!told) assertWhole(load);
    return counts;
  };
  let ending: Promise<ContinuousCounts> | null = null;
  return {
    stop() {
      ending ??= end();
      return ending;
    },
    failed: broken.signal,
    [Symbol.asyncDispose]: () => up.disposeAsync(),
  };
};
