import type {Sample} from '../schema/sample.ts';
import type {Span} from '../stats/throughput.ts';

/**
 * The steady part of a closed loop: from when every slot was started and the first of them had come to its second
 * request, to the last send, after which slots fall empty.
 */
export class SteadyWindow {
  readonly #slots: number;
  #requests = 0;
  #lastSlotMs = Number.NEGATIVE_INFINITY;
  #firstEndMs = Number.POSITIVE_INFINITY;
  #lastSentMs = Number.NEGATIVE_INFINITY;

  constructor(slots: number) {
    this.#slots = slots;
  }

  add({sentMs, endMs}: Pick<Sample, 'sentMs' | 'endMs'>, firstOfItsSlot: boolean): void {
    this.#requests += 1;
    if (firstOfItsSlot) this.#lastSlotMs = Math.max(this.#lastSlotMs, sentMs);
    this.#firstEndMs = Math.min(this.#firstEndMs, endMs);
    this.#lastSentMs = Math.max(this.#lastSentMs, sentMs);
  }

  /** Null where there was no such part, or fewer than three requests a slot to speak of one. */
  get span(): Span | null {
    const span = {startMs: Math.max(this.#firstEndMs, this.#lastSlotMs), endMs: this.#lastSentMs};
    return this.#requests < 3 * this.#slots || span.endMs <= span.startMs ? null : span;
  }
}
