/** Lets at most `limit` in at once; the others wait in the order in which they came. */
export class Turnstile {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** `limit` null is no limit. */
  constructor(limit: number | null) {
    this.#free = limit ?? Number.POSITIVE_INFINITY;
  }

  /** Whether `enter` would not have to wait. */
  get isFree(): boolean {
    return this.#free > 0;
  }

  async enter(): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>(resolve => this.#waiting.push(resolve));
  }

  /** Does the work inside. */
  async through<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.enter();
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
