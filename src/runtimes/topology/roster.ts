import type {Engine} from '../../engines/engine.ts';
import type {Worker} from '../../engines/routers/router.ts';
import {CutoverError} from '../../errors.ts';
import {interruptionOf} from '../interruption.ts';
import type {MemberControl, RunningServer} from '../stack.ts';
import {foldMembers} from './fold.ts';
import {lanesOf, type Member} from './members.ts';
import {type Launch, type Program, programOf} from './program.ts';

/** One server that a runtime has started. */
export interface StartedServer {
  readonly server: RunningServer;
  /** The same for the other roles that it answers for. */
  readonly also: readonly RunningServer[];
  /** Whether it says of itself that it is a simulation. */
  readonly simulated: boolean;
  /** Its origin as the stack's router reaches it. */
  readonly innerUrl: string;
  /** At once, with all its processes; resolves when nothing of it is left. Its end is no death then. */
  kill(): Promise<void>;
}

/** What a runtime is given to start one member. */
export interface MemberStart {
  readonly member: Member;
  readonly program: Program;
  /** Where it was reached before, when it is started again; it must be reached there again. */
  readonly before: string | null;
  /** Takes over the duty to stop it, as soon as there is something to stop. */
  owe(stop: () => Promise<void>): void;
  /** Tells how its processes are asked for, as nvidia-smi counts them on its machine, as soon as there are any: one that starts holds memory too. */
  runsAs(processes: () => Promise<readonly number[]>): void;
  readonly signal: AbortSignal;
  /** Called once, if it ends after it was ready and before it was asked to. */
  onDeath(error: CutoverError): void;
}

interface RosterOptions {
  readonly engine: Engine;
  readonly launch: Launch;
  /** In the order of their start. */
  readonly members: readonly Member[];
  readonly signal: AbortSignal;
  /** Starts one and waits until it is ready. */
  start(what: MemberStart): Promise<StartedServer>;
}

interface Place {
  readonly member: Member;
  /** Null while it does not serve. */
  started: StartedServer | null;
  /** What it was when it served last. */
  last: StartedServer | null;
  stop: () => Promise<void>;
  /** Of its latest start; none of one that has ended. */
  processes: () => Promise<readonly number[]>;
  /** Its latest start again. */
  starting: Promise<void>;
  /** By `performance.now()`. */
  readonly times: {startMs: number; readyMs: number};
}

/** The servers of one stack, from the first start to the last stop. */
export class Roster implements MemberControl {
  readonly #options: RosterOptions;
  readonly #places: ReadonlyMap<string, Place>;
  readonly #died = new AbortController();
  /** Aborted when all is to stop: what is being started again is given up. */
  readonly #ending = new AbortController();

  constructor(options: RosterOptions) {
    this.#options = options;
    this.#places = new Map(
      options.members.map(member => {
        const none = {started: null, last: null, stop: async () => {}, processes: async () => []};
        return [member.name, {member, ...none, starting: Promise.resolve(), times: {startMs: 0, readyMs: 0}}];
      }),
    );
  }

  /** Aborted with ENGINE_DIED when one dies that was not killed here. */
  get died(): AbortSignal {
    return this.#died.signal;
  }

  /** Whether any says of itself that it is a simulation. */
  get simulated(): boolean {
    return this.#all.some(({last}) => last?.simulated);
  }

  /** One for each role, by their roles' first places in the order of the start. */
  get servers(): readonly RunningServer[] {
    const roles = Map.groupBy(this.#all, ({member}) => member.server.role);
    return [...roles.values()].flatMap(places => {
      const serving = places.flatMap(({member, last}) => (last === null ? [] : [{member, running: last.server}]));
      const [only] = places;
      if (only?.member.server.part === 'whole') return only.last === null ? [] : [only.last.server, ...only.last.also];
      const tookMs =
        Math.max(...places.map(({times}) => times.readyMs)) - Math.min(...places.map(({times}) => times.startMs));
      return [foldMembers(serving, Math.round(tookMs / 10) / 100)];
    });
  }

  /** Of all under the role, one that is being started or ended too. */
  async processesOf(role: string): Promise<readonly number[]> {
    const places = this.#all.filter(({member}) => member.server.role === role);
    return (await Promise.all(places.map(({processes}) => processes()))).flat();
  }

  /** Wave by wave. Throws what the first start that failed threw, when no other one goes on; what there is by then is owed. */
  async startAll(): Promise<void> {
    const failed = new AbortController();
    const signal = AbortSignal.any([this.#options.signal, this.#died.signal, failed.signal]);
    const waves = Map.groupBy(this.#options.members, ({wave}) => wave);
    for (const wave of waves.values()) {
      const lanes = lanesOf(wave).map(async lane => {
        for (const member of lane) await this.#start(member, signal, null);
      });
      // Only the first one tells why: the others end because of it.
      await Promise.all(lanes.map(lane => lane.catch(thrown => failed.abort(thrown))));
      if (failed.signal.aborted) throw this.#died.signal.reason ?? failed.signal.reason;
    }
    if (signal.aborted) throw interruptionOf(signal, 'bringing the servers up');
  }

  async kill(name: string): Promise<void> {
    const place = this.#place(name);
    const {started} = place;
    place.started = null;
    await started?.kill();
  }

  async start(name: string, {model}: {readonly model?: string} = {}): Promise<void> {
    const place = this.#place(name);
    if (this.#ending.signal.aborted)
      throw new CutoverError('ENGINE_DIED', `${name} cannot be started: its stack has ended`, {
        hint: 'Bring the stack up again.',
      });
    place.starting = this.#startAgain(place, model);
    await place.starting;
  }

  async #startAgain(place: Place, model: string | undefined): Promise<void> {
    if (place.started !== null) await this.#stop(place); // in order, for it still serves
    const {server} = place.member;
    const member = model === undefined ? place.member : {...place.member, server: {...server, model}};
    const signal = AbortSignal.any([this.#options.signal, this.#died.signal, this.#ending.signal]);
    try {
      await this.#start(member, signal, place.last?.server.url ?? null);
      if (signal.aborted) throw interruptionOf(signal, `starting ${member.name} again`);
    } catch (thrown) {
      await this.#stop(place);
      throw thrown;
    }
  }

  /** All at once: each may take its whole grace, and none needs another to stop. */
  async stopAll(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#all.map(place => this.#stop(place)));
    // What one had not owed yet when it was stopped, it stops itself.
    await Promise.allSettled(this.#all.map(({starting}) => starting));
  }

  get #all(): readonly Place[] {
    return [...this.#places.values()];
  }

  #place(name: string): Place {
    const place = this.#places.get(name);
    if (place !== undefined) return place;
    const known = [...this.#places.keys()].join(', ');
    throw new CutoverError('BAD_OPTIONS', `This stack has no member ${name}`, {hint: `Its members are ${known}.`});
  }

  async #stop(place: Place): Promise<void> {
    place.started = null;
    await place.stop();
  }

  async #start(member: Member, signal: AbortSignal, before: string | null): Promise<void> {
    const {engine, launch, start} = this.#options;
    const place = this.#place(member.name);
    const workers = member.server.part === 'router' ? this.#workers(member) : [];
    place.times.startMs ||= performance.now();
    const started = await start({
      member,
      program: programOf(engine, launch, member, workers),
      before,
      owe: stop => {
        place.stop = stop;
      },
      runsAs: processes => {
        place.processes = processes;
      },
      signal,
      onDeath: error => this.#died.abort(error),
    });
    place.started = started;
    place.last = started;
    place.times.readyMs ||= performance.now();
  }

  #workers({server: {role}}: Member): readonly Worker[] {
    return this.#all.flatMap(({member: {name, server}, last}) =>
      server.role !== role || server.part === 'router' || last === null
        ? []
        : [{name, part: server.part, url: last.innerUrl, bootstrapPort: server.bootstrapPort ?? null}],
    );
  }
}
