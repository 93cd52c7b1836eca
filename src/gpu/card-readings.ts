import type {TrialGpu} from '../schema/trial.ts';
import {clockLimitsIn} from './clock-limits.ts';
import {medianOf, Tally} from './tally.ts';

type Card = TrialGpu['cards'][number];

/** Smallest, largest and mean of what was added; NaN, which is how nvidia-smi's [N/A] reads as a number, is left out. */
class Running {
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    if (Number.isNaN(value)) return;
    this.#count += 1;
    this.#sum += value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  read(): {min: number; max: number; mean: number} | null {
    return this.#count === 0 ? null : {min: this.#min, max: this.#max, mean: this.#sum / this.#count};
  }
}

/** What nvidia-smi's rows tell of one card, in memory that does not grow with their number. */
export class CardReadings {
  readonly #memoryMiB = new Running();
  readonly #powerW = new Running();
  readonly #temperatureC = new Running();
  readonly #clockMHz = new Tally<number>(); // clocks move in steps of 15 MHz
  readonly #masks = new Tally<string>();
  #states = 0;

  /** As nvidia-smi wrote it, like all that follows. */
  addMemory(usedMiB = ''): void {
    this.#memoryMiB.add(Number.parseFloat(usedMiB));
  }

  addState(powerW = '', clockMHz = '', temperatureC = '', mask = ''): void {
    this.#states += 1;
    this.#powerW.add(Number.parseFloat(powerW));
    this.#temperatureC.add(Number.parseFloat(temperatureC));
    const clock = Number.parseFloat(clockMHz);
    if (!Number.isNaN(clock)) this.#clockMHz.add(clock);
    if (mask.startsWith('0x')) this.#masks.add(mask);
  }

  /** Null where the card's memory was never told. */
  read(uuid: string): Card | null {
    const memory = this.#memoryMiB.read();
    if (memory === null) return null;
    const power = this.#powerW.read();
    const p50 = medianOf(this.#clockMHz);
    return {
      uuid,
      memoryUsedMiB: {min: memory.min, max: memory.max},
      powerW: power && {mean: power.mean, max: power.max},
      smClockMHz: p50 === null ? null : {min: Math.min(...this.#clockMHz.entries().map(([clock]) => clock)), p50},
      temperatureMaxC: this.#temperatureC.read()?.max ?? null,
      clockLimits: this.#clockLimits(),
      readings: this.#states,
    };
  }

  #clockLimits(): Card['clockLimits'] {
    const counts = new Map<string, number>();
    for (const [mask, count] of this.#masks.entries())
      for (const reason of clockLimitsIn(mask)) counts.set(reason, (counts.get(reason) ?? 0) + count);
    return [...counts].map(([reason, count]) => ({reason, share: count / this.#masks.total}));
  }
}
