import type {Role} from '../schema/request.ts';
import type {TrialGpu} from '../schema/trial.ts';

/** Whose processes are known on the cards. */
export interface KnownProcesses {
  /** Process numbers of every server of the stack; a role without any is one whose processes are not known. */
  readonly processes: ReadonlyMap<Role, readonly number[]>;
  /** Those of each server of other stacks that this harness has up beside it: no server's of this one, and no strangers'. */
  readonly neighbours?: readonly (readonly number[])[];
}

/** Whose memory is added up: a server's over all cards, and everybody else's by the card's UUID. */
type Holder = Role | (string & {});

/**
 * What processes held together, at most. nvidia-smi prints one row a process and gives all that it read at one time one
 * timestamp: those are added up, as the largest values of two processes need not have been at one time.
 */
export class ProcessReadings {
  readonly #roleOf: ReadonlyMap<number, Role>;
  readonly #neighbours: ReadonlySet<number>;
  readonly #known: boolean;
  readonly #now = new Map<Holder, number>();
  readonly #maxMiB = new Map<Holder, number>();
  readonly #roles = new Set<Role>();
  readonly #cards = new Set<string>();
  #time = '';
  #told = true;

  constructor({processes, neighbours = []}: KnownProcesses) {
    this.#roleOf = new Map([...processes].flatMap(([role, pids]) => pids.map(pid => [pid, role] as const)));
    this.#neighbours = new Set(neighbours.flat());
    this.#known = processes.size > 0 && [...processes.values(), ...neighbours].every(pids => pids.length > 0);
  }

  /** As nvidia-smi wrote it. */
  add(time: string, card = '', pidText = '', usedText = ''): void {
    const pid = Number.parseInt(pidText, 10);
    if (Number.isNaN(pid)) return; // a message, not a row
    if (this.#neighbours.has(pid)) return;
    if (time !== this.#time) this.#closeTime();
    this.#time = time;
    const usedMiB = Number.parseFloat(usedText);
    if (Number.isNaN(usedMiB)) {
      this.#told = false; // [N/A]: a sum that lacks a process is none
      return;
    }
    const role = this.#roleOf.get(pid);
    if (role !== undefined) {
      this.#roles.add(role);
      this.#cards.add(card);
    }
    const holder = role ?? card;
    this.#now.set(holder, (this.#now.get(holder) ?? 0) + usedMiB);
  }

  /** Cards that a server holds memory on; none where no server's process was seen. */
  get cards(): ReadonlySet<string> {
    return this.#cards;
  }

  /** Servers of which no process was seen are left out. */
  servers(): TrialGpu['servers'] {
    this.#closeTime();
    return this.#told ? [...this.#roles].map(role => ({role, memoryMaxMiB: this.#maxMiB.get(role) ?? 0})) : [];
  }

  /** The most that processes of others held of one of the servers' cards; null where it cannot be told whose they are. */
  othersMaxMiB(): number | null {
    this.#closeTime();
    if (!this.#known || !this.#told || this.#cards.size === 0) return null;
    return Math.max(...[...this.#cards].map(card => this.#maxMiB.get(card) ?? 0));
  }

  #closeTime(): void {
    for (const [holder, usedMiB] of this.#now)
      this.#maxMiB.set(holder, Math.max(usedMiB, this.#maxMiB.get(holder) ?? 0));
    this.#now.clear();
  }
}
