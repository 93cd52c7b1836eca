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

/**
 * Whose processes are on the cards. A server that is started again has others than before, and they may be gone before
 * anybody asks at the end: so all owners are asked again when a process is seen that none of them was known to have.
 */
export class OwnedProcesses {
  readonly #owned: readonly Known[];
  /** Those that were asked about, whosever they are. */
  readonly #seen = new Set<number>();
  #asking: Promise<void> = Promise.resolve();

  constructor(owners: readonly Owner[]) {
    this.#owned = owners.map(owner => ({owner, pids: new Set<number>()}));
  }

  /** Asks once more, and resolves with all that was answered so far. */
  async ask(): Promise<readonly Owned[]> {
    this.#asking = this.#asking.then(() => this.#askAll());
    await this.#asking;
    return this.#owned.map(({owner: {role}, pids}) => ({role, pids}));
  }

  /** A process holds memory on a card. */
  saw(pid: number): void {
    if (this.#seen.has(pid)) return;
    this.#seen.add(pid);
    if (this.#owned.some(({pids}) => pids.has(pid))) return;
    this.ask().catch(() => {}); // the next one to ask is told
  }

  async #askAll(): Promise<void> {
    const add = async ({owner, pids}: Known) => {
      for (const pid of await owner.processes()) pids.add(pid);
    };
    await Promise.all(this.#owned.map(add));
  }
}
