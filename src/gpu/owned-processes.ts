import type {Role} from '../schema/request.ts';

/** Somebody of this harness whose processes may hold memory on the cards. */
export interface Owner {
  /** Whose server it is; null for one of another stack that is up beside this one: no server of this one, and no stranger. */
  readonly role: Role | null;
  /** Process numbers as nvidia-smi counts them; empty where they cannot be known. */
  processes(): Promise<readonly number[]>;
}

/** All processes that an owner had while it was watched. */
export interface Owned extends Pick<Owner, 'role'> {
  readonly pids: ReadonlySet<number>;
}

interface Known {
  readonly owner: Owner;
  readonly pids: Set<number>;
}

/** Between two asks that were not asked for from outside. The wait doubles while they bring nothing new: each is a question to Docker. */
const [leastWaitMs, mostWaitMs] = [1000, 5000];

/** So many answers without it, seconds apart, and a process is nobody's: one part of a server may be told of after the other. */
const answersEnough = 3;

/**
 * Whose processes are on the cards. A server that is started again has others than before, and they may be gone before
 * anybody asks at the end: so all owners are asked again while a process is seen that none of them was known to have.
 */
export class OwnedProcesses {
  readonly #owned: readonly Known[];
  readonly #nowMs: () => number;
  /** Those that nobody was known to have, each with how often all have answered since. */
  readonly #unowned = new Map<number, number>();
  readonly #strangers = new Set<number>();
  /** Never rejects. */
  #asking: Promise<unknown> = Promise.resolve();
  #nextMs = Number.NEGATIVE_INFINITY;
  #waitMs = leastWaitMs;

  constructor(owners: readonly Owner[], nowMs: () => number) {
    this.#owned = owners.map(owner => ({owner, pids: new Set<number>()}));
    this.#nowMs = nowMs;
  }

  /** Processes that were asked about often enough and are nobody's; more as time goes by. */
  get strangers(): ReadonlySet<number> {
    return this.#strangers;
  }

  /** Asks once more, and resolves with all that was answered so far. Rejects where one of the owners could not tell this time. */
  async ask(): Promise<readonly Owned[]> {
    const asked = this.#asking.then(() => this.#askAll());
    this.#asking = asked.catch(() => {}); // only who asked is told
    await asked;
    return this.#owned.map(({owner: {role}, pids}) => ({role, pids}));
  }

  /** A process holds memory on a card. */
  saw(pid: number): void {
    if (this.#strangers.has(pid) || this.#owned.some(({pids}) => pids.has(pid))) return;
    if (!this.#unowned.has(pid)) this.#unowned.set(pid, 0);
    if (this.#nowMs() >= this.#nextMs) void this.#askAgain();
  }

  async #askAgain(): Promise<void> {
    this.#nextMs = Number.POSITIVE_INFINITY; // until it is answered
    const before = this.#ownedCount;
    await this.ask().catch(() => {}); // the process is seen again, and asked about again
    this.#waitMs = this.#ownedCount > before ? leastWaitMs : this.#waitMs;
    this.#nextMs = this.#nowMs() + this.#waitMs;
    this.#waitMs = Math.min(2 * this.#waitMs, mostWaitMs);
  }

  get #ownedCount(): number {
    return this.#owned.reduce((sum, {pids}) => sum + pids.size, 0);
  }

  async #askAll(): Promise<void> {
    const about = [...this.#unowned.keys()];
    const answers = await Promise.allSettled(this.#owned.map(known => this.#askOne(known)));
    for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
    if (answers.every(answer => answer.status === 'fulfilled' && answer.value)) this.#answeredWithout(about);
  }

  /** False where it told of none and had some before: it is down, or could not be asked. */
  async #askOne({owner, pids}: Known): Promise<boolean> {
    const told = await owner.processes();
    for (const pid of told) {
      pids.add(pid);
      this.#unowned.delete(pid);
      this.#strangers.delete(pid);
    }
    return told.length > 0 || pids.size === 0;
  }

  #answeredWithout(about: readonly number[]): void {
    for (const pid of about) {
      const answers = this.#unowned.get(pid);
      if (answers === undefined) continue; // it is somebody's
      if (answers + 1 < answersEnough) this.#unowned.set(pid, answers + 1);
      else {
        this.#unowned.delete(pid);
        this.#strangers.add(pid);
      }
    }
  }
}
