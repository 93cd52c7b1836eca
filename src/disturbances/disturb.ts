import {reasonOf} from '../errors.ts';
import {machineClock, machineNow} from '../load/clock.ts';
import {waitUntil} from '../load/wait-until.ts';
import type {Stack} from '../runtimes/stack.ts';
import type {DisturbanceSpec, DisturbanceStep, KeptCache} from '../schema/disturbance.ts';
import type {Role} from '../schema/request.ts';
import {type Change, type ChangeGroup, changesOf} from './changes.ts';
import {type GivenWeights, weightsFor} from './given-weights.ts';
import {KeptPrompt} from './kept-cache.ts';
import {MemoryWatch} from './memory-watch.ts';
import {OutageWatch} from './outage-watch.ts';
import {Probe} from './probe.ts';

/** Answers of the probe when only the old weights are there, and when only the new ones can be, without any load. */
const quietAnswers = 5;
const usualPatienceMs = 10_000;
/** Taking the memory again copies all weights. */
const endWithinMs = 60_000;

export interface DisturbanceOptions {
  readonly spec: DisturbanceSpec;
  readonly stack: Stack;
  readonly role: Role;
  readonly given: GivenWeights;
  readonly seed: number;
  /** How long the load sends, in ms. */
  readonly sendMs: number;
  /** How long a member that is back may let itself be waited for after the load. */
  readonly patienceMs?: number;
  readonly signal: AbortSignal;
  /** Called with what brings the old weights back, as soon as there are to be others; with null where none were changed after all. */
  readonly onUndo?: (bringBack: Undo | null) => void;
}

type Undo = (signal: AbortSignal) => Promise<void>;

/** What was seen of it. Times are of `machineNow`. */
export interface Disturbed {
  readonly steps: readonly DisturbanceStep[];
  readonly loadOverMs: number;
  /** When the load was over and all was done: what the probe asked from then on only the new weights can have answered. */
  readonly allDoneMs: number;
  readonly probe: Probe;
  readonly kept: readonly KeptCache[];
  readonly memory: MemoryWatch;
  readonly outage: OutageWatch | null;
  /** Where a step was not done. */
  readonly hint: string;
}

const madeOf = async (change: Change, signal: AbortSignal): Promise<DisturbanceStep> => {
  const {what, member, request} = change;
  const startMs = machineNow();
  const [said, ok] = await change.make(signal).then(
    words => [words, true] as const,
    (thrown: unknown) => [reasonOf(thrown), false] as const,
  );
  signal.throwIfAborted();
  return {what, member, request, startMs, endMs: machineNow(), said, ok};
};

/** Makes the changes of each group in order, up to the first one that is not done. `begun` has those that were not refused. */
const makeAll = async (
  groups: readonly ChangeGroup[],
  signal: AbortSignal,
  begun = new Set<Change>(),
): Promise<readonly DisturbanceStep[]> => {
  const steps: DisturbanceStep[] = [];
  for (const {changes, afterSeconds} of groups) {
    await waitUntil(machineClock, machineNow() + afterSeconds * 1000, signal, 0);
    signal.throwIfAborted();
    for (const change of changes) {
      if (change.onlyAfter !== undefined && !begun.has(change.onlyAfter)) continue;
      begun.add(change);
      const step = await madeOf(change, signal);
      steps.push(step);
      if (step.ok) continue;
      begun.delete(change);
      break;
    }
  }
  return steps;
};

/** Ends what was begun and is not ended: nobody else would wake a server that sleeps, or let it go on. */
const endBegun = async (groups: readonly ChangeGroup[], begun: ReadonlySet<Change>): Promise<void> => {
  const signal = AbortSignal.timeout(endWithinMs);
  for (const change of groups.flatMap(({changes}) => changes))
    if (change.onlyAfter !== undefined && begun.has(change.onlyAfter) && !begun.has(change))
      await change.make(signal).catch(() => {}); // what interrupted it is what the caller wants to know
};

const undoOf =
  (groups: readonly ChangeGroup[]): Undo =>
  async signal => {
    const failed = (await makeAll(groups, signal)).find(({ok}) => !ok);
    if (failed !== undefined) throw new Error(`${failed.what}: ${failed.said}`);
  };

/** A disturbance that is about to happen. Disposing of it ends what it asks. */
export class Disturbance implements AsyncDisposable {
  readonly #options: DisturbanceOptions;
  readonly #over = new AbortController();
  readonly #loadOver = new AbortController();
  readonly #allDone = new AbortController();
  readonly #signal: AbortSignal;
  readonly #probe: Probe;
  readonly #keptPrompt: KeptPrompt;
  readonly #memory: MemoryWatch;
  readonly #outage: OutageWatch | null;
  #work: Promise<Omit<Disturbed, 'loadOverMs' | 'allDoneMs'>> | null = null;
  #asking: Promise<void> = Promise.resolve();

  constructor(options: DisturbanceOptions) {
    const {spec, stack, role, seed, signal} = options;
    this.#options = {...options, given: weightsFor(stack, options.given)};
    this.#signal = AbortSignal.any([signal, this.#over.signal]);
    const endpoint = stack.endpoint(role);
    const asked = {engine: stack.engine, endpoint, signal: this.#signal};
    this.#probe = new Probe(asked);
    this.#keptPrompt = new KeptPrompt(asked, seed);
    const workers = endpoint.behind ?? [{name: role, url: endpoint.url}];
    this.#memory = new MemoryWatch(
      stack,
      workers.map(({url}) => url),
    );
    this.#outage = spec.kind === 'outage' ? new OutageWatch(stack.engine, workers, spec.member) : null;
  }

  /** Before the load: what the old weights answer. */
  async prepare(): Promise<void> {
    await this.#probe.askTimes(quietAnswers);
    await this.#outage?.mark('begin');
  }

  /** The load begins now. */
  begin(): void {
    const stop = AbortSignal.any([this.#signal, this.#allDone.signal]);
    this.#asking = this.#probe.askUntil(stop);
    this.#work = this.#disturb(machineNow());
    this.#asking.catch(() => {}); // `end` throws both
    this.#work.catch(() => {});
  }

  async #disturb(beganMs: number): Promise<Omit<Disturbed, 'loadOverMs' | 'allDoneMs'>> {
    const {spec, stack, role, given, sendMs} = this.#options;
    const signal = this.#signal;
    await waitUntil(machineClock, beganMs + spec.atShare * sendMs, signal, 0);
    signal.throwIfAborted();
    const endpoint = stack.endpoint(role);
    const adapter = spec.kind === 'weights' && spec.method === 'lora' ? given.adapter : null;
    const newModel =
      adapter === null
        ? endpoint.model
        : (stack.engine.weights?.lora.model(endpoint.model, adapter.name) ?? endpoint.model);
    const asksKept = spec.kind !== 'outage';
    if (asksKept) await this.#keptPrompt.before();
    await this.#memory.before();
    await this.#outage?.mark('kill');

    const {groups, undo, hint} = changesOf(spec, stack, role, given);
    const done = new AbortController();
    const watching = this.#memory.watch(AbortSignal.any([done.signal, signal]));
    this.#probe.model = newModel;
    const steps = await this.#make(groups, undo);
    done.abort();
    await watching;

    const kept: KeptCache[] = [];
    if (asksKept && spec.kind === 'sleep') kept.push(await this.#keptPrompt.after('old', endpoint.model));
    else if (asksKept) {
      kept.push(await this.#keptPrompt.after('new', newModel));
      if (adapter !== null) kept.push(await this.#keptPrompt.after('old', endpoint.model));
    }
    await this.#memory.after();
    if (this.#outage !== null) {
      await this.#outage.mark('ready');
      await this.#outage.servesAgain(this.#stopWaiting());
    }
    const {probe, memory, outage} = {probe: this.#probe, memory: this.#memory, outage: this.#outage};
    return {steps, probe, kept, memory, outage, hint};
  }

  async #make(groups: readonly ChangeGroup[], undo: readonly ChangeGroup[]): Promise<readonly DisturbanceStep[]> {
    const {stack, onUndo = () => {}} = this.#options;
    const begun = new Set<Change>();
    // Before it is known what comes of it: an interruption may be sooner.
    if (undo.length > 0) onUndo(undoOf(undo));
    try {
      const steps = await makeAll(groups, this.#signal, begun);
      if (!steps.some(({ok}) => ok)) onUndo(null);
      return steps;
    } catch (thrown) {
      // Servers of others go on serving; our own are stopped.
      if (stack.runtime === 'attach') await endBegun(groups, begun);
      throw thrown;
    }
  }

  /** Aborted some time after the load was over, or after now where it is over already. */
  #stopWaiting(): AbortSignal {
    const stop = new AbortController();
    const {patienceMs = usualPatienceMs} = this.#options;
    const wait = () => void setTimeout(() => stop.abort(), patienceMs).unref();
    if (this.#loadOver.signal.aborted) wait();
    else this.#loadOver.signal.addEventListener('abort', wait, {once: true});
    return AbortSignal.any([stop.signal, this.#signal]);
  }

  /** The load is over. Resolves when the disturbance is, and the new weights were asked alone. */
  async end(): Promise<Disturbed> {
    const loadOverMs = machineNow();
    if (this.#work === null) throw new Error('the disturbance did not begin');
    this.#loadOver.abort();
    const disturbed = await this.#work;
    this.#allDone.abort();
    await this.#asking;
    const allDoneMs = machineNow();
    await this.#probe.askTimes(quietAnswers);
    await this.#outage?.mark('end');
    return {...disturbed, loadOverMs, allDoneMs};
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort(new Error('the trial is over'));
    await Promise.allSettled([this.#asking, this.#work ?? Promise.resolve()]);
  }
}
