import type {TrialGpu} from '../schema/trial.ts';
import {CardReadings} from './card-readings.ts';
import type {Owned} from './owned-processes.ts';
import {ProcessReadings} from './process-readings.ts';

type Fields = readonly (string | undefined)[];

/** Rows of nvidia-smi (see queries.ts), split at their commas, as what a trial's record keeps of them. */
export class TrialReadings {
  readonly #cards = new Map<string, CardReadings>();
  readonly #processes: ProcessReadings;

  /** `strangers`: processes that are nobody's for certain; it may grow meanwhile. */
  constructor(strangers: ReadonlySet<number> = new Set()) {
    this.#processes = new ProcessReadings(strangers);
  }

  addMemory([, uuid, usedMiB]: Fields): void {
    this.#card(uuid)?.addMemory(usedMiB);
  }

  addState([, uuid, powerW, clockMHz, temperatureC, mask]: Fields): void {
    this.#card(uuid)?.addState(powerW, clockMHz, temperatureC, mask);
  }

  /** The process that it tells of; null for a message in a row's place. */
  addProcess([time = '', uuid, pid, usedMiB]: Fields): number | null {
    return this.#processes.add(time, uuid, pid, usedMiB);
  }

  /** Of the cards that the servers hold memory on, or of all where that is not known; null where nothing was told. */
  read(owned: readonly Owned[]): TrialGpu | null {
    const {cards: used, ...held} = this.#processes.attribute(owned);
    const cards = [...this.#cards]
      .filter(([uuid]) => used.size === 0 || used.has(uuid))
      .flatMap(([uuid, readings]) => readings.read(uuid) ?? []);
    if (cards.length === 0) return null;
    return {cards, ...held};
  }

  /** None for a message in a row's place. */
  #card(uuid: string | undefined): CardReadings | undefined {
    if (uuid === undefined || !/^(GPU|MIG)-/.test(uuid)) return undefined;
    let card = this.#cards.get(uuid);
    if (card === undefined) {
      card = new CardReadings();
      this.#cards.set(uuid, card);
    }
    return card;
  }
}
