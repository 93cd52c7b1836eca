/** What is counted of one phase; each name is the place of an Int32. */
const places = ['nextSession', 'sent', 'ended', 'failed'] as const;
type Place = (typeof places)[number];

/** TTFTs that the progress report looks back on. */
const lookBack = 500;

const startBytes = 8;
const int32s = 2 + 2 * places.length; // the start's flag, the ring's place, two phases
const ringAt = startBytes + 4 * int32s;

/** The counts of one phase of a load, the warm-up or the measurement. */
export class PhaseCounts {
  readonly #int32s: Int32Array;

  constructor(shared: Int32Array) {
    this.#int32s = shared;
  }

  /** Adds to a count, and returns what it was before: no two callers get the same. */
  add(place: Place, amount: number): number {
    return Atomics.add(this.#int32s, places.indexOf(place), amount);
  }

  get(place: Place): number {
    return Atomics.load(this.#int32s, places.indexOf(place));
  }
}

/**
 * What the parts of a load count together, whether they run in one thread or in several: which session is next, how many
 * requests were sent, when the measurement began. Sharing the counts themselves is what makes them exact: nothing has to
 * be divided beforehand, and nothing is left over when one part is faster than the others.
 */
export class SharedCounts {
  /** Handed to other threads, which make their own SharedCounts of it. */
  readonly buffer: SharedArrayBuffer;
  readonly warmup: PhaseCounts;
  readonly measure: PhaseCounts;

  readonly #startNs: BigInt64Array;
  readonly #flags: Int32Array;
  readonly #ttftsMs: Float64Array;

  constructor(buffer = new SharedArrayBuffer(ringAt + 8 * lookBack)) {
    this.buffer = buffer;
    this.#startNs = new BigInt64Array(buffer, 0, 1);
    this.#flags = new Int32Array(buffer, startBytes, 2);
    this.warmup = new PhaseCounts(new Int32Array(buffer, startBytes + 8, places.length));
    this.measure = new PhaseCounts(new Int32Array(buffer, startBytes + 8 + 4 * places.length, places.length));
    this.#ttftsMs = new Float64Array(buffer, ringAt, lookBack);
  }

  /** Begins the measurement at `machineMs` (see `machineNow`); whoever comes first decides when that was. */
  begin(machineMs: number): void {
    if (Atomics.compareExchange(this.#startNs, 0, 0n, BigInt(Math.round(machineMs * 1e6))) !== 0n) return;
    Atomics.store(this.#flags, 0, 1);
    Atomics.notify(this.#flags, 0);
  }

  /** When the measurement began; null as long as it has not. */
  get beganMs(): number | null {
    const ns = Atomics.load(this.#startNs, 0);
    return ns === 0n ? null : Number(ns) / 1e6;
  }

  /** Resolves when the measurement has begun. */
  async begun(): Promise<void> {
    const wait = Atomics.waitAsync(this.#flags, 0, 0);
    if (wait.async) await wait.value;
  }

  /** For the eye of whoever watches the progress. */
  noteTtft(ttftMs: number): void {
    this.#ttftsMs[Atomics.add(this.#flags, 1, 1) % lookBack] = ttftMs;
  }

  /** The last TTFTs that were noted, in no order. */
  get lastTtftsMs(): Float64Array {
    return this.#ttftsMs.slice(0, Math.min(lookBack, Atomics.load(this.#flags, 1)));
  }
}
