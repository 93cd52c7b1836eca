import {setTimeout as delay} from 'node:timers/promises';
import {CutoverError} from '../errors.ts';
import type {GatewayState} from '../gateway/admin/contract.ts';
import {stillRuns} from '../keeper/helper-process.ts';
import {machineNow} from '../load/clock.ts';
import {type JournalFile, openJournal} from '../records/journal-file.ts';
import {type Arm, arms} from '../schema/block.ts';
import type {AnswersOfRole} from '../schema/decision.ts';
import type {GatewayLine} from '../schema/journal.ts';
import type {MemoryReading} from '../schema/rehearsal.ts';
import {gatewayGone} from './gateway-helper.ts';
import type {RehearsalRun} from './rehearsal-run.ts';
import {whyDown} from './side-helper.ts';

const everyMs = 250;
/** Often enough that a leak is shown in seconds, and seldom enough for nvidia-smi. */
const memoryEveryMs = 500;
/** What the gateway keeps, too. */
const keptMs = 60_000;
/** A gateway that runs and says nothing for so long is as good as gone. */
const silentMs = 10_000;

/**
 * What is known of the service and of both sides, read about four times a second from when the load begins until it ends. A gateway
 * that is gone, and a baseline that dies while it is needed, end the rehearsal.
 */
export class Readings implements AsyncDisposable {
  readonly #run: RehearsalRun;
  readonly #stopping = new AbortController();
  readonly #listeners = new Set<(line: GatewayLine) => void>();
  readonly #looping: Promise<void>;
  readonly #journal: JournalFile;
  #seq = 0;
  #readAtMs = machineNow();
  #memoryAtMs = Number.NEGATIVE_INFINITY;
  #readingMemory = false;
  #next = Promise.withResolvers<void>();
  /** Of the last minute, in the order in which they ended. */
  lines: GatewayLine[] = [];
  state: GatewayState | null = null;
  /** Since the load began. */
  readonly memory: MemoryReading[] = [];
  /** Why a side is gone; null while it serves, starts or is not there. */
  readonly died: Record<Arm, string | null> = {baseline: null, candidate: null};
  /** The latest comparison of the candidate's required answers with the baseline's first ones. */
  answers: readonly AnswersOfRole[] | null = null;

  constructor(run: RehearsalRun, journal: JournalFile) {
    this.#run = run;
    this.#journal = journal;
    this.#looping = this.#loop();
  }

  /** Calls it for each line from now on, and for those of the last minute that ended since. */
  listen(sinceMs: number, listener: (line: GatewayLine) => void): Disposable {
    for (const line of this.lines) if (line.endMs >= sinceMs) listener(line);
    this.#listeners.add(listener);
    return {[Symbol.dispose]: () => void this.#listeners.delete(listener)};
  }

  /** Resolves when everything was read once more. Throws the reason why the rehearsal cannot go on. */
  async next(): Promise<void> {
    const {over} = this.#run;
    const {promise: aborted, resolve} = Promise.withResolvers<void>();
    const onAbort = () => resolve();
    over.addEventListener('abort', onAbort);
    if (!over.aborted) await Promise.race([this.#next.promise, aborted]);
    over.removeEventListener('abort', onAbort);
    over.throwIfAborted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#looping;
    await this.#journal[Symbol.asyncDispose]();
  }

  async #loop(): Promise<void> {
    const {signal} = this.#stopping;
    while (!signal.aborted) {
      const startMs = machineNow();
      try {
        await Promise.all([this.#readGateway(), ...arms.map(arm => this.#readSide(arm))]);
        if (startMs - this.#memoryAtMs >= memoryEveryMs) this.#beginMemory(startMs);
        this.#journal.broken.throwIfAborted();
      } catch (thrown) {
        this.#run.fail(thrown);
      }
      this.#next.resolve();
      this.#next = Promise.withResolvers();
      await delay(Math.max(0, everyMs - (machineNow() - startMs)), undefined, {signal}).catch(() => {});
    }
  }

  async #readGateway(): Promise<void> {
    const run = this.#run;
    const {gateway} = run.rehearsal.helpers;
    if (gateway === null) return;
    try {
      const {admin} = run;
      this.state = await admin.state();
      if (this.state.seq < this.#seq) this.#seq = 0; // another gateway, which counts from the start
      const lines = await admin.recent(this.#seq);
      this.#seq = lines.at(-1)?.seq ?? this.#seq;
      this.#readAtMs = machineNow();
      for (const line of lines) for (const listener of this.#listeners) listener(line);
      this.lines = [...this.lines.filter(({endMs}) => endMs > this.#readAtMs - keptMs), ...lines];
    } catch (thrown) {
      if (this.#stopping.signal.aborted) return;
      if (!(await stillRuns(gateway))) throw await gatewayGone(run);
      if (machineNow() - this.#readAtMs > silentMs) throw thrown;
    }
  }

  async #readSide(arm: Arm): Promise<void> {
    const run = this.#run;
    const helper = run.rehearsal.helpers[arm];
    if (helper === null) {
      this.died[arm] = null;
      return;
    }
    const state = await run
      .keeper(arm)
      ?.state()
      .catch(() => null);
    const why = state == null ? ((await stillRuns(helper)) ? null : 'its keeper is gone') : whyDown(state);
    if (run.rehearsal.helpers[arm] !== helper) return; // stopped meanwhile, on purpose
    this.died[arm] = why;
    // Not by the stage that runs alone: between two of them none does.
    const {events, stages} = run.rehearsal;
    const struck = run.stage?.name === 'fault' || events.some(({kind}) => kind === 'fault');
    const back = stages.some(({name, endMs}) => name === 'rollback' && endMs !== null);
    const spared = run.parts.scenario.takesBaseline && struck && !back;
    if (arm === 'baseline' && why !== null && run.route.primary === 'baseline' && !spared)
      throw new CutoverError('ENGINE_DIED', `The baseline died while it served: ${why}`, {
        hint: `Its log is in ${run.folder.sidePath(`baseline-${run.incarnation('baseline')}`)}`,
        logTail: state?.failure?.logTail ?? [],
      });
  }

  /** Not waited for: a server that hangs does not tell what it has, and is to be found all the same. */
  #beginMemory(nowMs: number): void {
    if (this.#readingMemory) return;
    this.#memoryAtMs = nowMs;
    this.#readingMemory = true;
    void this.#readMemory().finally(() => {
      this.#readingMemory = false;
    });
  }

  async #readMemory(): Promise<void> {
    const read = await Promise.all(
      arms.map(async (arm): Promise<MemoryReading[]> => {
        const memory = await this.#run
          .keeper(arm)
          ?.memory()
          .catch(() => null); // it starts, or stops
        return memory == null ? [] : [{arm, ...memory}];
      }),
    );
    if (this.#stopping.signal.aborted) return;
    const readings = read.flat();
    this.memory.push(...readings);
    for (const reading of readings) this.#journal.append(reading);
  }
}

/** Throws RECORD_NOT_WRITABLE where memory.jsonl cannot be written. */
export const startReadings = async (run: RehearsalRun): Promise<Readings> =>
  new Readings(run, await openJournal(run.folder.memoryJournal));
